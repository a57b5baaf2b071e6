import { Argument, Command as Commander, Option } from 'commander';
import { commandTable, groups, type CommandSpec } from './commandTable.js';
import { optionTable, type OptionName, type Options, type OptionSpec } from './options.js';

/** What a command line asks for, once it is parsed. */
export interface Request {
  readonly spec: CommandSpec;
  readonly args: readonly string[];
  readonly options: Options;
}

export interface ProgramOutput {
  readonly writeOut: (text: string) => void;
  readonly writeErr: (text: string) => void;
}

const everywhere: readonly OptionName[] = ['path', 'verbose'];

const examples = `
Examples:
  skein "why is the login test flaky?"     a new session
  skein -c "and on Windows?"               continue the last one
  skein sessions list --search login
  skein resume                             choose from a list

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no such session, 4 ambiguous id,
5 damaged data found, 6 busy, 130 interrupted.`;

const completionExamples = `
Examples, for the file that the shell reads at its start:
  source <(skein complete bash)
  source <(skein complete zsh)
  skein complete fish | source
  skein complete powershell | Out-String | Invoke-Expression`;

/**
 * The commander program of the command table. It only parses: `chosen` gets what was asked for. Wrong usage is thrown as
 * commander's own error, for failure.ts to put into words. With `argv`, only commands that it can mean get their options.
 */
export function createProgram(
  version: string,
  output: ProgramOutput,
  chosen: (request: Request) => void,
  { completion = true, argv }: { readonly completion?: boolean; readonly argv?: readonly string[] } = {},
): Commander {
  const program = new Commander('skein');
  // A subcommand has options of its own names, so the program's end where a subcommand begins.
  program.enablePositionalOptions().version(version, '-V, --version', 'print the version').helpOption('-h, --help', 'print help');
  program.helpCommand('help [command]', 'print help').addHelpText('after', examples);
  setUp(program, output);
  for (const [name, summary] of Object.entries(groups)) setUp(program.command(name).description(summary).helpCommand(false), output);
  for (const spec of commandTable) addCommand(program, spec, output, chosen, argv);
  // Only for the help: main.ts takes it before. The completion library brings a command of that name itself.
  if (completion) {
    setUp(
      program
        .command('complete')
        .description('print a completion script for a shell')
        .argument('<shell>', 'zsh, bash, fish or powershell')
        .addHelpText('after', completionExamples),
      output,
    );
  }
  return program;
}

function setUp(command: Commander, output: ProgramOutput): void {
  command.exitOverride();
  // Errors are printed in one place only: failure.ts.
  command.configureOutput({ ...output, outputError: () => undefined });
  // Nearly every command has options; saying so in each line of the list tells nothing.
  command.configureHelp({ subcommandTerm: termOf });
}

function termOf(command: Commander): string {
  const words = command.registeredArguments.map((argument) => {
    const name = argument.variadic ? `${argument.name()}...` : argument.name();
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...words].join(' ');
}

function addCommand(
  program: Commander,
  spec: CommandSpec,
  output: ProgramOutput,
  chosen: (request: Request) => void,
  argv: readonly string[] | undefined,
): void {
  const words = spec.name.split(' ').filter((word) => word !== '');
  const parent = words.slice(0, -1).reduce((above, word) => above.commands.find((command) => command.name() === word) ?? above, program);
  const name = words.at(-1);
  const command = name === undefined ? parent : parent.command(name);
  setUp(command, output);
  command.description(spec.summary);
  for (const text of spec.arguments.split(' ').filter((part) => part !== '')) command.addArgument(new Argument(text));
  if (argv !== undefined && !words.every((word) => argv.includes(word))) return;
  const named = [...spec.options, ...everywhere].map((key) => [key, optionOf(optionTable[key], spec.summaries?.[key])] as const);
  for (const [, option] of named) command.addOption(option);
  if (spec.details !== undefined) command.addHelpText('after', spec.details);
  command.action(() => {
    const values = named.map(([key, option]) => [key, valueOf(command, option)] as const);
    // Each value went through the table's own parser or choices: that is what `Options` says of it.
    chosen({ spec, args: command.args, options: Object.fromEntries(values.filter(([, value]) => value !== undefined)) });
  });
}

/** `skein --path x sessions list` means the same as `skein sessions list --path x`. */
function valueOf(command: Commander, option: Option): unknown {
  const key = option.attributeName();
  for (let at: Commander | null = command; at; at = at.parent) {
    const value: unknown = at.getOptionValue(key);
    if (value !== undefined) return value;
  }
  return undefined;
}

function optionOf(spec: OptionSpec<unknown>, summary: string | undefined): Option {
  const option = new Option(spec.flags, summary ?? spec.summary);
  if (spec.choices) option.choices(spec.choices);
  if (spec.parse) option.argParser((text, soFar: unknown) => spec.parse?.(text, soFar));
  if (spec.conflicts) option.conflicts([...spec.conflicts]);
  return option;
}
