import assert from 'node:assert/strict';
import { replayStart } from '../../../src/model/replayText.js';
import type { ModelServer } from '../modelServer.js';
import type { Means } from './matrix.js';

/**
 * How a conversation reached the model with the prompt `last`: with the agent's own record of it, or as text that we gave. Fails
 * where one of the `earlier` prompts is missing, or one that is not theirs is there, or where what was said of it is not so.
 */
export function carriedBy(server: ModelServer, notices: readonly string[], earlier: readonly string[], last: string): Means {
  const prompts = promptsWith(server, last);
  const all = prompts.join('\n');
  for (const prompt of earlier) assert.ok(all.includes(prompt), `“${prompt}” was carried: ${JSON.stringify(prompts)}`);
  const said = notices.join('\n');
  if (all.includes(replayStart)) {
    assert.match(said, /was given to .* as text/);
    return 'by replay';
  }
  assert.match(said, /(resumed|forked) its own session/);
  assert.deepEqual(
    prompts.map((prompt) => prompt.trim()),
    [...earlier, last],
  );
  return 'natively';
}

/** The prompts that the model was last sent to answer `last`, oldest first. */
export function promptsWith({ requests }: ModelServer, last: string): readonly string[] {
  const request = requests.findLast(({ prompts, tools }) => tools.length > 0 && prompts.some((prompt) => prompt.includes(last)));
  assert.ok(request, `the model was asked “${last}”`);
  return request.prompts;
}
