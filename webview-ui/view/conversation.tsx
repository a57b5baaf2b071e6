import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { FeedItem } from '../feed.js';
import type { Place } from '../host.js';
import { segmentLabel, segmentOf, segments, type Segment } from '../segments.js';
import { Badge, IconButton } from './controls.js';
import type { Facts } from './facts.js';
import { Find } from './find.js';
import { Icon } from './icon.js';
import { usePanel } from './panelContext.js';
import { focusStop, keepOneStop, moveStop } from './roving.js';
import { SegmentView } from './segmentView.js';
import { useVirtualFeed } from './virtualFeed.js';

interface ConversationProps {
  readonly feed: readonly FeedItem[];
  readonly facts: Facts;
  /** Notices above the first turn. */
  readonly head?: ComponentChildren;
  readonly start: Place | undefined;
  /** An entry to show: a search hit. */
  readonly reveal: string | undefined;
  /** Rises when the person wants to find something; 0: not yet. */
  readonly finds: number;
  /** Where the view begins, when it came to rest; nothing: at the end. */
  readonly onPlace: (place: Place | undefined) => void;
}

/** The conversation: a feed of turns, of which only those in sight are drawn. */
export function Conversation({ feed, facts, head, start, reveal, finds, onPlace }: ConversationProps) {
  const list = useMemo(() => segments(feed), [feed]);
  const scroller = useRef<HTMLElement>(null);
  const [focused, setFocused] = useState(-1);
  const virtual = useVirtualFeed({
    count: list.length,
    keyOf: (index) => list[index]?.id ?? String(index),
    scroller,
    focused,
    start,
    onPlace,
  });
  const { following, top, height } = virtual;
  const prompts = useMemo(() => promptPlaces(list), [list]);
  const newestTurn = feed.findLast((item) => item.kind === 'turn')?.id;
  const seen = useNewPieces(feed.length, following);
  const goTo = useGoTo(scroller, virtual.scrollTo);
  const onKeyDown = useConversationKeys(scroller, list, prompts, top, goTo, virtual.follow);

  const [finding, setFinding] = useState(false);
  useEffect(() => {
    if (finds === 0) return;
    setFinding(true);
    document.querySelector<HTMLElement>('.find .field')?.focus();
  }, [finds]);
  const closeFind = (): void => {
    setFinding(false);
    document.querySelector<HTMLElement>('textarea')?.focus();
  };
  const letGo = (event: Event): void => {
    if (event.target instanceof Element && event.target.closest('button, vscode-button')) virtual.letGo();
  };

  useLayoutEffect(() => {
    if (scroller.current) keepOneStop(scroller.current);
  });
  useEffect(() => {
    if (reveal === undefined) return;
    const index = segmentOf(list, reveal);
    if (index >= 0) goTo(index);
  }, [reveal]);

  const under = promptAbove(list, prompts, top, scroller.current, virtual.items);
  return (
    <div class="reading">
      {head !== undefined && <div class="column head-notices">{head}</div>}
      <div class={`view ${finding ? 'finding' : ''}`}>
        {finding && <Find list={list} scroller={scroller} scrollTo={virtual.scrollTo} onClose={closeFind} />}
        {under && (
          <div class="sticky">
            <div class="column">
              <Icon name="prompt" class="lead" />
              <span class="label">{under.text}</span>
              <span class="num">
                Prompt {under.number} of {prompts.length}
              </span>
              <IconButton icon="up" label="Prompt before (Alt+Up)" onClick={() => goTo(under.index)} />
              <IconButton icon="down" label="Next prompt (Alt+Down)" onClick={() => goTo(prompts[under.number] ?? list.length - 1)} />
            </div>
          </div>
        )}
        <main class="scroll" ref={scroller} data-region="conversation" onKeyDown={onKeyDown} onClickCapture={letGo}>
          <div class="column feed" role="feed" aria-label="Conversation" aria-busy={false} style={{ height: `${height}px` }}>
            {virtual.items.map(({ index, key, start: offset }) => {
              const segment = list[index];
              if (!segment) return null;
              const turn = segment.kind === 'turn' ? segment.turn : undefined;
              return (
                <article
                  key={key}
                  data-index={index}
                  class="segment"
                  ref={virtual.measure}
                  style={{ transform: `translateY(${offset}px)` }}
                  aria-posinset={index + 1}
                  aria-setsize={list.length}
                  aria-label={segmentLabel(segment)}
                  onFocusIn={() => setFocused(index)}
                  onFocusOut={() => setFocused(-1)}
                >
                  <SegmentView segment={segment} facts={facts} newest={turn?.id === newestTurn} />
                </article>
              );
            })}
          </div>
        </main>
        {!following && (
          <button type="button" class="to-end" onClick={virtual.follow}>
            <Icon name="end" />
            To the end
            {seen > 0 && <Badge>{seen} new</Badge>}
          </button>
        )}
      </div>
    </div>
  );
}

/** Pieces that came since the end was last in sight. */
function useNewPieces(count: number, following: boolean): number {
  const seen = useRef(count);
  if (following || count < seen.current) seen.current = count;
  return count - seen.current;
}

/** Shows a piece and puts the focus on its prompt, at once or when it is drawn. */
function useGoTo(
  scroller: { current: HTMLElement | null },
  scrollTo: (index: number) => void,
): (index: number, edge?: 'first' | 'last') => void {
  return (index, edge = 'first') => {
    const focus = (): boolean => {
      const root = scroller.current;
      const found = root?.querySelectorAll<HTMLElement>(`[data-index="${index}"] [data-stop]`);
      const stop = edge === 'first' ? found?.[0] : found?.[found.length - 1];
      if (root && stop) focusStop(root, stop);
      return stop !== undefined;
    };
    scrollTo(index);
    if (!focus()) requestAnimationFrame(() => requestAnimationFrame(focus));
  };
}

function useConversationKeys(
  scroller: { current: HTMLElement | null },
  list: readonly Segment[],
  prompts: readonly number[],
  top: number,
  goTo: (index: number, edge?: 'first' | 'last') => void,
  follow: () => void,
): (event: KeyboardEvent) => void {
  const { post, announce } = usePanel();
  const act = (event: KeyboardEvent): boolean => {
    const root = scroller.current;
    const stop = document.activeElement;
    if (!root || !(stop instanceof HTMLElement)) return false;
    const index = Number(stop.closest<HTMLElement>('[data-index]')?.dataset['index'] ?? top);
    if (event.altKey && (event.key === 'ArrowUp' || event.key === 'ArrowDown')) {
      const next = event.key === 'ArrowUp' ? prompts.findLast((at) => at < index) : prompts.find((at) => at > index);
      if (next !== undefined) goTo(next);
      return true;
    }
    if (event.ctrlKey && event.key === 'End') {
      follow();
      return true;
    }
    if (event.altKey || event.ctrlKey || event.metaKey || !stop.hasAttribute('data-stop')) return false;
    const segment = list[index];
    switch (event.key) {
      case 'ArrowDown':
        if (!moveStop(root, 'next') && index < list.length - 1) goTo(index + 1);
        return true;
      case 'ArrowUp':
        if (!moveStop(root, 'previous') && index > 0) goTo(index - 1, 'last');
        return true;
      case 'Home':
        goTo(0);
        return true;
      case 'End':
        goTo(list.length - 1, 'last');
        return true;
      case 'ArrowRight':
      case 'ArrowLeft':
        if (stop.getAttribute('aria-expanded') === String(event.key === 'ArrowLeft')) stop.click();
        return true;
      case 'c': {
        const text = stop.dataset['copy'];
        if (text === undefined) return false;
        post({ kind: 'copy', text });
        announce('Copied.');
        return true;
      }
      case 'r':
        post({ kind: 'retry' });
        return true;
      case 'f':
        if (segment?.kind === 'turn')
          post({ kind: 'fork', ...(segment.turn.lastEntry !== undefined && { entry: segment.turn.lastEntry }) });
        return true;
      default:
        return false;
    }
  };
  return (event) => {
    if (act(event)) event.preventDefault();
  };
}

/** Indexes of the pieces that begin with a prompt. */
const promptPlaces = (list: readonly Segment[]): number[] =>
  list.flatMap((segment, index) => (segment.kind === 'turn' && segment.first && segment.turn.prompt ? [index] : []));

interface PromptAbove {
  readonly index: number;
  readonly number: number;
  readonly text: string;
}

/** The prompt that is being answered at the top of the view, when it is out of sight itself. */
function promptAbove(
  list: readonly Segment[],
  prompts: readonly number[],
  top: number,
  scroller: HTMLElement | null,
  items: readonly { readonly index: number; readonly start: number }[],
): PromptAbove | undefined {
  const index = prompts.findLast((at) => at <= top);
  if (index === undefined || !scroller) return undefined;
  const start = items.find((item) => item.index === index)?.start;
  const segment = list[index];
  if (segment?.kind !== 'turn' || (start !== undefined && start + 36 > scroller.scrollTop + 30)) return undefined;
  const text = segment.turn.prompt?.message.content.find((block) => block.type === 'text');
  return { index, number: prompts.indexOf(index) + 1, text: text?.type === 'text' ? text.text : '' };
}
