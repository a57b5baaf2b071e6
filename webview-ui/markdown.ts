import MarkdownIt, { type Token } from 'markdown-it';
import { linkTarget, parseInlinePath, pathInText, type FileLink } from './fileLinks.js';
import { escapeHtml, highlight } from './highlight.js';

/**
 * A block of an answer on the outermost level. While an answer streams only its last blocks change: `key` tells which.
 * `html` is not yet sanitised; it is made when asked for.
 */
export type MarkdownBlock =
  | { readonly kind: 'html'; readonly key: string; readonly html: () => string }
  | { readonly kind: 'code'; readonly key: string; readonly language: string; readonly code: string };

const md = new MarkdownIt({ html: false, linkify: true, typographer: false });
// "README.md" is a file to us, not a host in Moldova.
md.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
md.validateLink = (href) => linkTarget(href) !== undefined;

md.renderer.rules['link_open'] = (tokens, index) => {
  const href = String(tokens[index]?.attrGet('href') ?? '');
  const target = linkTarget(href);
  if (target?.kind === 'file') return openFileLink(target.file);
  return target ? `<a class="web" href="${escapeHtml(target.url)}" title="${escapeHtml(target.url)}">` : '<a>';
};
md.renderer.rules['code_inline'] = (tokens, index) => {
  const code = tokens[index]?.content ?? '';
  const html = `<code>${escapeHtml(code)}</code>`;
  const file = insideLink(tokens, index) ? undefined : parseInlinePath(code);
  return file ? `${openFileLink(file)}${html}</a>` : html;
};
// An image of a transcript is never loaded: it would tell its host that somebody reads.
md.renderer.rules['image'] = (tokens, index) => {
  const token = tokens[index];
  const name = escapeHtml(token?.content || 'Image');
  const target = linkTarget(String(token?.attrGet('src') ?? ''));
  if (!target || insideLink(tokens, index)) return `<span class="image">${name}</span>`;
  if (target.kind === 'file') return `${openFileLink(target.file)}${name}</a>`;
  return `<a class="web image" href="${escapeHtml(target.url)}" title="${escapeHtml(target.url)}">${name}</a>`;
};
// Code inside a list or a quote; on the outermost level it is a block of its own.
md.renderer.rules['fence'] = (tokens, index) => codeHtml(tokens[index]);
md.renderer.rules['code_block'] = (tokens, index) => codeHtml(tokens[index]);
md.renderer.rules['table_open'] = () => '<div class="table" tabindex="0"><table>';
md.renderer.rules['table_close'] = () => '</table></div>';

md.core.ruler.push('panel', (state) => {
  for (const token of state.tokens) {
    // The page has one h1, the session's title, and one h2 a turn.
    if (token.type.startsWith('heading_')) token.tag = `h${Math.min(6, Number(token.tag[1]) + 2)}`;
    // markdown-it aligns by a style attribute, which the panel's policy forbids.
    const style = token.attrGet('style');
    if (style !== null) {
      token.attrs = null;
      token.attrSet('class', String(style).replace('text-align:', ''));
    }
    if (token.children) token.children = linkPaths(token.children, state.Token);
  }
  markTasks(state.tokens);
});

/** The blocks of an answer, in order. Never throws: any text is Markdown. */
export function markdownBlocks(source: string): MarkdownBlock[] {
  const env = {};
  const tokens = md.parse(source, env);
  const lines = source.split('\n');
  // A link's address may stand in another block; when one is added, all are made again.
  const references = Object.keys((env as { references?: object }).references ?? {}).length;
  const blocks: MarkdownBlock[] = [];
  for (let start = 0; start < tokens.length;) {
    const end = endOfBlock(tokens, start);
    const group = tokens.slice(start, end);
    const first = group[0];
    const [from, to] = first?.map ?? [0, lines.length];
    const key = `${references}:${lines.slice(from, to).join('\n')}`;
    if (first?.type === 'fence' || first?.type === 'code_block') {
      blocks.push({ kind: 'code', key, language: languageOf(first), code: first.content.replace(/\n$/, '') });
    } else {
      blocks.push({ kind: 'html', key, html: () => md.renderer.render(group, md.options, env) });
    }
    start = end;
  }
  return blocks;
}

function endOfBlock(tokens: readonly Token[], start: number): number {
  let depth = 0;
  for (let index = start; index < tokens.length; index++) {
    depth += tokens[index]?.nesting ?? 0;
    if (depth === 0) return index + 1;
  }
  return tokens.length;
}

const languageOf = (token: Token): string => (/^[\w+#.-]+/.exec(token.info.trim())?.[0] ?? '').toLowerCase();

function codeHtml(token: Token | undefined): string {
  if (!token) return '';
  const code = token.content.replace(/\n$/, '');
  return `<pre tabindex="0"><code>${highlight(code, languageOf(token))}</code></pre>`;
}

function openFileLink({ path, line }: FileLink): string {
  const place = line === undefined ? path : `${path}:${line}`;
  return `<a class="file" href="#" data-path="${escapeHtml(path)}"${line === undefined ? '' : ` data-line="${line}"`} title="${escapeHtml(place)}">`;
}

function insideLink(tokens: readonly Token[], index: number): boolean {
  let open = 0;
  for (const token of tokens.slice(0, index)) {
    if (token.type === 'link_open') open++;
    if (token.type === 'link_close') open--;
  }
  return open > 0;
}

/** Makes `src/app.ts:31` in running text a link. */
function linkPaths(children: readonly Token[], TokenClass: new (type: string, tag: string, nesting: -1 | 0 | 1) => Token): Token[] {
  let links = 0;
  return children.flatMap((token) => {
    if (token.type === 'link_open') links++;
    if (token.type === 'link_close') links--;
    if (token.type !== 'text' || links > 0) return [token];
    const made: Token[] = [];
    let done = 0;
    for (const match of token.content.matchAll(pathInText)) {
      const text = (content: string): Token => Object.assign(new TokenClass('text', '', 0), { content });
      const open = new TokenClass('link_open', 'a', 1);
      open.attrSet('href', encodeURI(match[0]));
      made.push(text(token.content.slice(done, match.index)), open, text(match[0]), new TokenClass('link_close', 'a', -1));
      done = match.index + match[0].length;
    }
    if (made.length === 0) return [token];
    return [...made, Object.assign(new TokenClass('text', '', 0), { content: token.content.slice(done) })];
  });
}

/** `- [x] done` becomes an item with a drawn mark and hidden words. */
function markTasks(tokens: readonly Token[]): void {
  tokens.forEach((token, index) => {
    const item = tokens[index - 2];
    const first = token.children?.[0];
    if (token.type !== 'inline' || item?.type !== 'list_item_open' || first?.type !== 'text') return;
    const mark = /^\[([ xX])\]\s+/.exec(first.content);
    if (!mark) return;
    const done = mark[1] !== ' ';
    item.attrJoin('class', done ? 'task done' : 'task');
    first.content = first.content.slice(mark[0].length);
    const words = Object.assign(Object.create(Object.getPrototypeOf(first) as object) as Token, first, {
      type: 'task_words',
      content: done ? 'Done: ' : 'To do: ',
    });
    token.children?.unshift(words);
  });
}
md.renderer.rules['task_words'] = (tokens, index) => `<span class="sr">${tokens[index]?.content ?? ''}</span>`;
