import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

type Block =
  | { readonly kind: 'html'; readonly key: string; readonly html: () => string }
  | { readonly kind: 'code'; readonly key: string; readonly language: string; readonly code: string };

// Imported by its address: the types of highlight.js bring the DOM's, which this project does without.
const { markdownBlocks } = (await import(new URL('../../webview-ui/markdown.ts', import.meta.url).href)) as {
  markdownBlocks: (source: string) => Block[];
};
const html = (source: string): string =>
  markdownBlocks(source)
    .map((block) => (block.kind === 'html' ? block.html() : `[${block.language}]${block.code}`))
    .join('');

describe('Markdown of an answer', () => {
  test('raw HTML is text', () => {
    assert.equal(html('a <img src=x onerror=alert(1)> b').includes('<img'), false);
    assert.match(html('<script>alert(1)</script>'), /&lt;script&gt;/);
  });

  test('only the web, mail and files are links', () => {
    for (const target of [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      'data:text/html,x',
      'vbscript:x',
      'command:workbench.action.quit',
      'vscode://x',
    ]) {
      assert.doesNotMatch(html(`[a](${target})`), /<a/, target);
    }
    assert.match(html('[a](https://example.com/x)'), /<a class="web" href="https:&#47;|<a class="web" href="https:\/\/example\.com\/x"/);
    assert.match(html('[a](src/app.ts#L31)'), /data-path="src\/app\.ts" data-line="31"/);
  });

  test('an attribute cannot be broken out of', () => {
    const made = html('[a](https://example.com/"onmouseover="alert(1)) [b](<src/"x".ts:3>)');
    assert.doesNotMatch(made, /"onmouseover=/);
    assert.doesNotMatch(made, /data-path="src\/"x/);
  });

  test('an image becomes its words, never an element that loads', () => {
    const made = html(
      '![a shot](https://example.com/x.png) ![](data:image/png;base64,AA) [![in a link](https://example.com/y.png)](https://example.com)',
    );
    assert.doesNotMatch(made, /<img|src=/);
    assert.match(made, />a shot<\/a>/);
    assert.match(made, /<span class="image">in a link<\/span>/);
  });

  test('paths in code and in text are links, other code is not', () => {
    assert.match(html('see `src/app.ts:31`'), /data-path="src\/app\.ts" data-line="31" title="src\/app\.ts:31"><code>/);
    assert.match(html('In src/app.ts:31 it is'), /<a class="file" href="#" data-path="src\/app\.ts" data-line="31"/);
    assert.doesNotMatch(html('`req.session` and `v1.2.3` and README.md'), /<a/);
  });

  test('code on the outermost level is a block of its own, also while it streams', () => {
    assert.deepEqual(
      markdownBlocks('text\n\n```ts\nconst a = 1;\nconst b').map(({ kind }) => kind),
      ['html', 'code'],
    );
    const [block] = markdownBlocks('```TypeScript {1,2}\nconst a = "<b>";\n```');
    assert.deepEqual(block && { ...block, key: '' }, { kind: 'code', key: '', language: 'typescript', code: 'const a = "<b>";' });
  });

  test('blocks that streaming does not reach keep their key', () => {
    const [first, second] = markdownBlocks('one\n\ntwo');
    const later = markdownBlocks('one\n\ntwo and more\n\nthree');
    assert.equal(later[0]?.key, first?.key);
    assert.notEqual(later[1]?.key, second?.key);
  });

  test('a link whose address comes later makes its block anew', () => {
    const before = markdownBlocks('see [it][1]\n\nend');
    const after = markdownBlocks('see [it][1]\n\nend\n\n[1]: https://example.com');
    assert.notEqual(after[0]?.key, before[0]?.key);
  });

  test('tables align by class and tasks say their state', () => {
    assert.match(html('|a|b|\n|-|-:|\n|1|2|'), /<th class="right">b<\/th>/);
    assert.doesNotMatch(html('|a|\n|:-:|\n|1|'), /style=/);
    assert.match(
      html('- [x] tested\n- [ ] written'),
      /<li class="task done"><span class="sr">Done: <\/span>tested<\/li>\s*<li class="task"><span class="sr">To do: <\/span>written/,
    );
  });

  test('headings stay below those of the page', () => {
    assert.match(html('# A\n\n###### B'), /<h3>A<\/h3>\s*<h6>B<\/h6>/);
  });

  test('code is coloured by class and escaped in every language', () => {
    const nested = html('- item\n  ```js\n  let a = "<img src=x>";\n  ```\n- other\n  ```nonsense\n  <b>\n  ```');
    assert.match(nested, /<span class="hljs-keyword">let<\/span>/);
    assert.doesNotMatch(nested, /<img|<b>/);
  });
});
