import { parseDocument, type Document } from 'yaml';
import { messageOf, SessionError } from '../../model/errors.js';
import { isTree, type Tree } from './configLayers.js';

// In a file of its own: most commands find no settings to read, and start faster without the parser.

/** The settings in a YAML text. `damaged`, naming the file, when it does not parse. */
export function parseConfig(text: string, path: string): Tree {
  const document = parsed(text, path);
  try {
    const value: unknown = document.toJS({ maxAliasCount: 20 });
    return isTree(value) ? value : {};
  } catch (cause) {
    throw broken(path, messageOf(cause), cause);
  }
}

/** The text with one value set, or taken out where it is `undefined`; comments and order are kept. */
export function changeConfig(text: string, path: string, keys: readonly string[], value: unknown): string {
  const document = parsed(text, path);
  if (value === undefined) document.deleteIn(keys);
  else document.setIn(keys, document.createNode(value));
  return document.toString();
}

function parsed(text: string, path: string): Document.Parsed {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error) throw broken(path, error.message.split('\n', 1)[0] ?? '', error);
  return document;
}

const broken = (path: string, detail: string, cause: unknown): SessionError =>
  new SessionError('damaged', `${path} does not parse: ${detail}`, { hint: 'mend it by hand first', cause });
