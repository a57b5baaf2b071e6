import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shownText, textOf } from '../../src/model/contentText.js';
import type { ContentBlock } from '../../src/model/entry.js';

const content: readonly ContentBlock[] = [
  { type: 'text', text: 'Look at @auth.go' },
  { type: 'resource', uri: 'file:///p/auth.go', title: 'auth.go', text: 'package auth' },
  { type: 'resource', uri: 'file:///p/b.ts' },
  { type: 'image', mime_type: 'image/png', blob: 'a'.repeat(64), title: 'dot.png' },
  { type: 'image', mime_type: 'image/png', data: 'AA==' },
];

test('a person reads the words and the names of what goes along, a model and the search all of the text', () => {
  assert.equal(shownText(content), 'Look at @auth.go\n\n[auth.go] [file:///p/b.ts] [dot.png] [image]');
  assert.equal(textOf(content), 'Look at @auth.go\n\npackage auth\n\nfile:///p/b.ts\n\n[image]\n\n[image]');
  assert.equal(shownText(content.slice(0, 1)), 'Look at @auth.go');
  assert.equal(shownText(content.slice(1, 2)), '[auth.go]');
  assert.equal(shownText([]), '');
});
