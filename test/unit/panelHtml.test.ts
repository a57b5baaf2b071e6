import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { panelHtml } from '../../src/extension/panelHtml.js';

const html = panelHtml({
  nonce: 'N0nce',
  cspSource: 'https://x.example',
  script: 'https://x.example/panel.js',
  style: 'https://x.example/panel.css',
  language: 'en',
  state: { folder: `/p/"><script>alert(1)</script>'`, id: 'a' },
});
const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1]?.replaceAll('&#39;', "'") ?? '';

describe('the document of a panel', () => {
  test('allows nothing but its own script, style and font', () => {
    assert.deepEqual(policy.split('; '), [
      `default-src 'none'`,
      `script-src 'nonce-N0nce'`,
      `style-src https://x.example 'nonce-N0nce'`,
      'font-src https://x.example',
    ]);
    assert.doesNotMatch(policy, /unsafe|\*|data:|blob:/);
  });

  test('has one script, with the nonce, and no inline handler', () => {
    assert.equal(html.match(/<script/g)?.length, 1);
    assert.match(html, /<script nonce="N0nce" src="https:\/\/x\.example\/panel\.js"><\/script>/);
    assert.doesNotMatch(html, /\son\w+=/);
  });

  test('gives the toolkit its nonce', () => assert.match(html, /<meta property="csp-nonce" content="N0nce">/));

  test('holds what it shows as text, whatever a folder is called', () => {
    const state = /data-state="([^"]*)"/
      .exec(html)?.[1]
      ?.replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');
    assert.deepEqual(JSON.parse(state ?? ''), { folder: `/p/"><script>alert(1)</script>'`, id: 'a' });
  });
});
