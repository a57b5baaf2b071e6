import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TurnUpdate } from '../../src/model/turn.js';
import { panelsForFile } from '../support/panelPage.js';
import {
  answer,
  edit,
  loginPrompt,
  longSession,
  prompt,
  ranTests,
  row,
  show,
  snapshot,
  streaming,
  thinking,
  tool,
  updates,
} from '../support/panelSamples.js';

const openPanel = panelsForFile();
const fresh = snapshot([], { row: row({ turn_count: 0 }) });
const begin: TurnUpdate = { kind: 'started', entry: loginPrompt, backend: 'claude' };

describe('what a transcript holds is never run or loaded', () => {
  const corpus = [
    '<script>window.hit = 1</script>',
    '<img src=x onerror="window.hit = 1">',
    '<svg onload="window.hit = 1"><animate onbegin="window.hit = 1"></svg>',
    '<iframe srcdoc="<script>parent.hit = 1</script>"></iframe>',
    '<a href="javascript:window.hit = 1">click</a>',
    '[click](javascript:window.hit=1)',
    '[click](<java\nscript:window.hit=1>)',
    '[click](data:text/html;base64,PHNjcmlwdD5wYXJlbnQuaGl0PTE8L3NjcmlwdD4=)',
    '[click](vbscript:window.hit)',
    '[click](command:workbench.action.quit)',
    '[click](https://example.com/"onmouseover="window.hit=1)',
    '![shot](https://tracker.example/pixel.png)',
    '![shot](x.png "onerror=window.hit=1")',
    '![x](javascript:window.hit=1)',
    '<style>@import url(https://tracker.example/x.css); body { display: none }</style>',
    '<link rel=stylesheet href=https://tracker.example/x.css><meta http-equiv=refresh content="0;url=https://tracker.example">',
    '<form action=https://tracker.example><button formaction=javascript:window.hit=1>x</button></form>',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.hit=1&gt;">',
    '<div style="background:url(https://tracker.example/x)">styled</div>',
    '```html\n<script>window.hit = 1</script>\n<img src=https://tracker.example/x onerror=window.hit=1>\n```',
    '```"><img src=x onerror=window.hit=1>\ncode\n```',
    '`<img src=x onerror=window.hit=1>`',
    '| <img src=x onerror=window.hit=1> |\n|:-:|\n| [x](javascript:window.hit=1) |',
    '- ```js\n  </code></pre><img src=x onerror=window.hit=1>\n  ```',
    '<video src=https://tracker.example/v autoplay><source onerror=window.hit=1></video><object data=https://tracker.example></object>',
    '[ref]: javascript:window.hit=1\n\n[ref] and [x][ref]',
    '<https://example.com/<script>window.hit=1</script>>',
    '&lt;img src=x onerror=window.hit=1&gt; &#60;script&#62;window.hit=1&#60;/script&#62;',
  ];
  test('in every place that shows text of an agent', async () => {
    const panel = await openPanel({ viewport: { width: 900, height: 6000 } });
    const all = corpus.join('\n\n');
    const entries = [
      prompt('p', all, ['<img src=x onerror=window.hit=1>']),
      thinking('t', all),
      tool('c', { kind: 'execute', title: all, input: { command: all }, output: all, status: 'failed' }),
      tool('d', { kind: 'edit', title: all, diff: [{ path: corpus[1] ?? '', old_text: all, new_text: `${all}!` }] }),
      tool('o', { kind: 'other', title: all, output: all }),
      ...corpus.map((source, index) => answer(`a${index}`, source)),
    ];
    const session = row({ title: all, model: corpus[1] ?? '', prompt: all });
    await panel.send(
      show(snapshot(entries, { row: session, skipped: [{ kind: 'damaged', detail: all, path: all }] })),
      ...updates([
        { kind: 'started', entry: prompt('q', all), backend: '<img src=x onerror=window.hit=1>' },
        { kind: 'plan', id: 'plan', steps: [{ text: all, status: 'doing' }] },
        { kind: 'notice', level: 'warning', text: all },
        { kind: 'text', id: 'live', delta: all },
        {
          kind: 'permission',
          request: {
            id: 'r',
            title: all,
            call: { id: 'x', kind: 'execute', title: all, status: 'pending', input: { command: all } },
            options: [{ id: 'o', label: all, kind: 'allow_once' }],
          },
        },
        { kind: 'ended', stop_reason: 'error', error: { code: 'x', message: all, hint: all } },
      ]),
    );
    await panel.openRows();
    const found = await panel.page.evaluate(`({
      hit: window.hit,
      elements: [...document.querySelectorAll('main :is(script, img, iframe, object, embed, form, style, link, meta, video, source, svg:not(.icon))')].map((element) => element.outerHTML),
      handlers: [...document.querySelectorAll('main *')].filter((element) => [...element.attributes].some(({ name }) => name.startsWith('on'))).length,
      links: [...document.querySelectorAll('main a')].map((link) => link.getAttribute('href')),
    })`);
    const { links, ...rest } = found as { readonly links: (string | null)[] };
    assert.deepEqual(rest, { hit: undefined, elements: [], handlers: 0 });
    assert.ok(links.length > 0);
    assert.deepEqual(
      links.filter((href) => href !== '#' && !/^https?:\/\//.test(href ?? '')),
      [],
    );
  });

  test('links ask the host, and nothing navigates', async () => {
    const panel = await openPanel();
    await panel.send(
      show(
        snapshot([
          loginPrompt,
          answer('a', '[file](src/app.ts#L31) and [web](https://example.com/x) and src/other.ts:7 ![shot](https://tracker.example/p.png)'),
        ]),
      ),
    );
    for (const name of ['file', 'web', 'src/other.ts:7', 'shot']) await panel.page.getByRole('link', { name, exact: true }).click();
    assert.deepEqual(await panel.posted('openFile'), [
      { kind: 'openFile', path: 'src/app.ts', line: 31 },
      { kind: 'openFile', path: 'src/other.ts', line: 7 },
    ]);
    assert.deepEqual(
      (await panel.posted('openLink')).map(({ url }) => url),
      ['https://example.com/x', 'https://tracker.example/p.png'],
    );
    assert.equal(panel.page.url(), 'http://panel.test/');
  });
});

describe('streaming', () => {
  test('text grows in place: what was drawn before stays the same element', async () => {
    const panel = await openPanel();
    await panel.send(show(fresh), ...updates([begin, { kind: 'text', id: 'x', delta: 'First paragraph.\n\n```ts\nconst a' }]));
    const paragraph = await panel.hold('.markdown p');
    const code = await panel.hold('.code-block pre');
    await panel.send(
      ...updates(
        [
          { kind: 'text', id: 'x', delta: ' = 1;\n```\n\nSecond **para' },
          { kind: 'text', id: 'x', delta: 'graph**.' },
        ],
        3,
      ),
    );
    await panel.page.locator('strong', { hasText: 'paragraph' }).waitFor();
    assert.equal(await paragraph(), true);
    assert.equal(await code(), true);
    assert.equal(await panel.page.locator('.code-block pre').innerText(), 'const a = 1;');
    await panel.send(...updates([{ kind: 'entry', entry: answer('x', 'First paragraph.\n\nChanged.') }], 5));
    await panel.page.getByText('Changed.').waitFor();
    assert.equal(await panel.page.locator('.caret').count(), 0);
  });

  test('steps stand in the order in which they were seen', async () => {
    const panel = await openPanel();
    await panel.send(show(fresh), ...updates(streaming));
    const text = await panel.page.locator('article').innerText();
    const order = [
      'Thought:',
      'Read 4 files, searched 2 times',
      'The loop comes from',
      'Edited src/auth/session.ts',
      'Running npm test -- auth',
      'While the tests run',
    ];
    const places = order.map((words) => text.replaceAll(/\s+/g, ' ').indexOf(words));
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
    assert.ok(places.every((place) => place >= 0));
    await panel.page.getByText('Running', { exact: false }).first().waitFor();
    await panel.page.getByRole('button', { name: /Stop/ }).click();
    assert.equal((await panel.posted('cancel')).length, 1);
  });

  test('the end is followed until one scrolls up, and again on request', async () => {
    const panel = await openPanel();
    await panel.send(show(snapshot(longSession(30), { running: false })));
    await panel.settle();
    assert.ok((await panel.distanceFromEnd()) < 2);
    await panel.scroll({ by: -400 });
    const place = await panel.topOfView();
    await panel.send(...updates([begin, { kind: 'text', id: 'x', delta: 'A new answer.\n\n'.repeat(20) }]));
    await panel.settle();
    assert.equal(await panel.topOfView(), place);
    await panel.page.getByRole('button', { name: /To the end/ }).click();
    await panel.settle();
    assert.ok((await panel.distanceFromEnd()) < 2);
    await panel.send(...updates([{ kind: 'text', id: 'x', delta: 'More.\n\n'.repeat(20) }], 3));
    await panel.settle();
    assert.ok((await panel.distanceFromEnd()) < 2);
  });

  test('opening a row keeps it where it is', async () => {
    const panel = await openPanel();
    await panel.send(show(snapshot([...longSession(10), loginPrompt, edit, ranTests, answer('a', 'Done.', 20)])));
    await panel.settle();
    const tool = panel.page.locator('.tool', { hasText: 'src/auth/session.ts' });
    const before = await tool.boundingBox();
    await tool.click();
    await panel.page.locator('.diff').waitFor();
    await panel.settle();
    assert.equal((await tool.boundingBox())?.y, before?.y);
  });
});

describe('a long session', () => {
  test('5,000 entries: few are drawn, all can be reached', async () => {
    const panel = await openPanel();
    await panel.send(show(snapshot(longSession(2500))));
    await panel.page.getByText('Answer number 2500.').waitFor();
    const drawn = panel.page.locator('article');
    assert.ok((await drawn.count()) < 30);
    assert.equal(await drawn.last().getAttribute('aria-setsize'), '2500');
    assert.equal(await drawn.last().getAttribute('aria-posinset'), '2500');
    await panel.scroll({ part: 0 });
    await panel.page.getByText('Prompt number 1:', { exact: false }).first().waitFor();
    assert.ok((await drawn.count()) < 30);
    await panel.scroll({ part: 0.5 });
    await panel.page.locator('.sticky', { hasText: /Prompt \d+ of 2500/ }).waitFor();
  });

  test('a search hit is scrolled to', async () => {
    const panel = await openPanel();
    await panel.send(show(snapshot(longSession(500)), { reveal: 'a-122' }));
    await panel.page.getByText('Answer number 123.').waitFor();
    const box = await panel.page.getByText('Answer number 123.').boundingBox();
    assert.ok(box && box.y > 0 && box.y < 500);
  });

  test('a turn of a thousand steps is drawn in pieces', async () => {
    const panel = await openPanel();
    const steps = Array.from({ length: 1000 }, (_, n) => [
      tool(`t${n}`, { kind: 'execute', title: `step ${n}`, input: { command: `step ${n}` } }),
      answer(`x${n}`, `Said ${n}.`),
    ]).flat();
    await panel.send(show(snapshot([loginPrompt, ...steps])));
    await panel.page.getByText('Said 999.').waitFor();
    assert.ok((await panel.page.locator('.tool').count()) < 300);
  });
});
