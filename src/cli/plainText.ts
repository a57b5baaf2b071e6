/* eslint-disable no-control-regex -- control characters are what this file is about */

// Titles, prompts and answers come from agents and from other people's files: on a terminal they could move the cursor,
// set the window's title or, with bidirectional overrides, show something else than what is there.
const unsafe = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

// What they do is told by the letters after them, which say nothing by themselves: colours of a tool's output, titles of a window.
const sequence =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b\]|\u009d)[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)|\u001b[()*+][0-9A-Z]/g;

/** Text that a terminal only shows: without control characters, but with its line ends and tabs. */
export function plainText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(sequence, '').replace(unsafe, '');
}

/** The same on one line, white space folded. */
export function plainLine(text: string): string {
  return plainText(text.replace(/[\r\n\t]+/g, ' '))
    .replace(/ {2,}/g, ' ')
    .trim();
}
