import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { findMatches, places, type Match } from '../findMatches.js';
import type { Segment } from '../segments.js';
import { IconButton, TextField } from './controls.js';
import { usePanel } from './panelContext.js';

interface FindProps {
  readonly list: readonly Segment[];
  readonly scroller: RefObject<HTMLElement | null>;
  readonly scrollTo: (index: number) => void;
  readonly onClose: () => void;
}

/** Finds words in prompts and answers, also in those that are not drawn. */
export function Find({ list, scroller, scrollTo, onClose }: FindProps) {
  const { announce } = usePanel();
  const [words, setWords] = useState('');
  const [matchCase, setMatchCase] = useState(false);
  const [at, setAt] = useState(0);
  const field = useRef<HTMLElement>(null);
  const matches = useMemo(() => findMatches(list, words, matchCase), [list, words, matchCase]);
  const current = matches[Math.min(at, matches.length - 1)];
  const count = matches.length === 0 ? (words === '' ? '' : 'No matches') : `${Math.min(at, matches.length - 1) + 1} of ${matches.length}`;
  useLayoutEffect(() => field.current?.focus(), []);
  useLayoutEffect(() => paint(scroller.current, words, matchCase, current));
  useEffect(() => () => CSS.highlights.clear(), []);
  useEffect(() => {
    if (current) scrollTo(current.segment);
    if (count !== '') announce(count);
    // Its piece may be longer than the view: once that is drawn, the match itself is brought into sight.
    let frames = 0;
    const look = (): void => {
      if (++frames < 4) frame = requestAnimationFrame(look);
      else showMatch(scroller.current);
    };
    let frame = requestAnimationFrame(look);
    return () => cancelAnimationFrame(frame);
  }, [current?.segment, current?.nth, words, matchCase]);

  const go = (step: 1 | -1): void => {
    if (matches.length > 0) setAt((Math.min(at, matches.length - 1) + step + matches.length) % matches.length);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === 'Escape') onClose();
    else go(event.shiftKey ? -1 : 1);
  };
  const search = (text: string): void => {
    setWords(text);
    setAt(0);
  };
  return (
    <div class="find" role="search">
      <TextField
        elementRef={field}
        label="Find in prompts and answers"
        placeholder="Find"
        value={words}
        onInput={search}
        onKeyDown={onKeyDown}
      />
      <button
        type="button"
        class="toggle"
        aria-label="Match case"
        title="Match case"
        aria-pressed={matchCase}
        onClick={() => setMatchCase(!matchCase)}
      >
        Aa
      </button>
      <span class="count num">{count}</span>
      <IconButton icon="up" label="Match before (Shift+Enter)" onClick={() => go(-1)} />
      <IconButton icon="down" label="Next match (Enter)" onClick={() => go(1)} />
      <IconButton icon="close" label="Close (Esc)" onClick={onClose} />
    </div>
  );
}

/** Marks matches in what is drawn, without touching it: the browser paints ranges. */
function paint(root: HTMLElement | null, words: string, matchCase: boolean, current: Match | undefined): void {
  CSS.highlights.clear();
  if (!root || words === '') return;
  const found: Range[] = [];
  const now: Range[] = [];
  for (const article of root.querySelectorAll<HTMLElement>('[data-index]')) {
    const ranges = [...article.querySelectorAll('.prompt > p, .markdown, .code-block code')].flatMap((element) =>
      rangesIn(element, words, matchCase),
    );
    const isCurrent = current !== undefined && article.dataset['index'] === String(current.segment);
    ranges.forEach((range, nth) => (isCurrent && nth === Math.min(current.nth, ranges.length - 1) ? now : found).push(range));
  }
  CSS.highlights.set('skein-found', new Highlight(...found));
  CSS.highlights.set('skein-found-now', new Highlight(...now));
}

/** What lies over the edges of the view: this bar, the line with the prompt. */
const covered = 48;

function showMatch(root: HTMLElement | null): void {
  const [range] = CSS.highlights.get('skein-found-now') ?? [];
  if (!root || !(range instanceof Range)) return;
  const [view, place] = [root.getBoundingClientRect(), range.getBoundingClientRect()];
  if (place.top < view.top + covered || place.bottom > view.bottom - covered) root.scrollTop += place.top - view.top - view.height / 3;
}

/** Matches in the text of an element, which may run over several text nodes. */
function rangesIn(element: Element, words: string, matchCase: boolean): Range[] {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes: { readonly node: Node; readonly from: number }[] = [];
  let text = '';
  while (walker.nextNode()) {
    nodes.push({ node: walker.currentNode, from: text.length });
    text += walker.currentNode.textContent ?? '';
  }
  const point = (offset: number): [Node, number] | undefined => {
    const found = nodes.findLast(({ from }) => from <= offset);
    return found && [found.node, offset - found.from];
  };
  return places(text, words, matchCase).flatMap((at) => {
    // The end belongs to the node of the last character.
    const [start, last] = [point(at), point(at + words.length - 1)];
    if (!start || !last) return [];
    const range = document.createRange();
    range.setStart(...start);
    range.setEnd(last[0], last[1] + 1);
    return [range];
  });
}
