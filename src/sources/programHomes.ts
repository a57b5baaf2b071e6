import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SourceOptions } from './source.js';

type Options = Pick<SourceOptions, 'env' | 'folders'>;

const home = ({ env }: Options): string => env['HOME'] ?? env['USERPROFILE'] ?? homedir();

/** Where each program keeps its files, by its own variables. Those with more to it have a place of their own. */
export const programHomes = {
  claude: (options: Options): string => options.env['CLAUDE_CONFIG_DIR'] || join(home(options), '.claude'),
  codex: (options: Options): string => options.env['CODEX_HOME'] || join(home(options), '.codex'),
  gemini: (options: Options): string => join(options.env['GEMINI_CLI_HOME'] || home(options), '.gemini'),
  openclacky: (options: Options): string => options.env['CLACKY_HOME'] || join(home(options), '.clacky'),
  /** It keeps a store in each folder that it is started in. */
  clawdius: ({ folders = [] }: Options): readonly string[] => folders.map((folder) => join(folder, '.clawdius')),
};
