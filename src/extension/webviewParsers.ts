import type * as webviewMessages from './webviewMessages.js';

/** Schemas and their library are half of the extension's code and needed when a panel first speaks: a bundle of their own. */
export async function webviewParsers(): Promise<typeof webviewMessages> {
  // A name in a variable: this bundle must not swallow the other one.
  const bundle = './webviewMessages.cjs';
  return (await import(bundle)) as typeof webviewMessages;
}
