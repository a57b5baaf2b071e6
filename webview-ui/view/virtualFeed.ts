import { elementScroll, observeElementOffset, observeElementRect, Virtualizer, type VirtualItem } from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import type { Place } from '../host.js';
import { useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

export interface FeedOptions {
  readonly count: number;
  readonly keyOf: (index: number) => string;
  readonly scroller: RefObject<HTMLElement | null>;
  /** Index of the piece that holds the focus: it stays drawn when it scrolls out of sight. */
  readonly focused: number;
  /** Where to start; absent: at the end, following it. */
  readonly start: Place | undefined;
  /** Called when scrolling came to rest. */
  readonly onPlace: (place: Place | undefined) => void;
}

export interface Feed {
  readonly items: readonly VirtualItem[];
  readonly height: number;
  readonly measure: (element: HTMLElement | null) => void;
  readonly scrollTo: (index: number) => void;
  /** True while the end is in sight: what is added then is followed. */
  readonly following: boolean;
  readonly follow: () => void;
  /** The person opened or closed something: it stays where it is, and the end is followed again only if still in sight. */
  readonly letGo: () => void;
  /** Index of the piece at the top of the view. */
  readonly top: number;
}

/** Pieces of unknown height are taken for a short answer. */
const estimate = 120;
/** Nearer to the end than this counts as at the end: a turn of the wheel is more. */
const nearEnd = 8;
/** Milliseconds without scrolling. */
const atRest = 150;
/** What is under the line with the prompt does not count as in sight. */
const sticky = 30;

/**
 * Draws only what is in sight of a long conversation, and follows its end until the person scrolls up. A conversation that
 * is shorter than the view starts at the top and does not move.
 */
export function useVirtualFeed({ count, keyOf, scroller, focused, start, onPlace }: FeedOptions): Feed {
  const [, redraw] = useReducer((drawn: number, _: undefined) => drawn + 1, 0);
  const [following, setFollowing] = useState(start === undefined);
  const [top, setTop] = useState(0);
  const followingNow = useRef(following);
  const keep = useRef(focused);
  /** The view as it was last, by the person or by us. */
  const last = useRef({ top: 0, height: 0 });
  const onPlaceNow = useRef(onPlace);
  onPlaceNow.current = onPlace;
  keep.current = focused;
  const [virtualizer] = useState(
    () =>
      new Virtualizer<HTMLElement, HTMLElement>({
        count,
        getScrollElement: () => scroller.current,
        estimateSize: () => estimate,
        scrollToFn: (offset, options, instance) => {
          elementScroll(offset, options, instance);
          if (scroller.current) last.current = viewOf(scroller.current);
        },
        observeElementRect,
        observeElementOffset,
      }),
  );
  virtualizer.setOptions({
    ...virtualizer.options,
    count,
    getItemKey: keyOf,
    overscan: 4,
    paddingStart: 12,
    paddingEnd: 16,
    onChange: () => redraw(undefined),
    rangeExtractor: ({ startIndex, endIndex, overscan, count: all }) => {
      const from = Math.max(0, startIndex - overscan);
      const indexes = Array.from({ length: Math.min(all - 1, endIndex + overscan) - from + 1 }, (_, at) => from + at);
      const { current } = keep;
      if (current >= 0 && current < all && !indexes.includes(current)) indexes.push(current);
      return indexes.sort((a, b) => a - b);
    },
  });

  const toEnd = (): void => {
    const element = scroller.current;
    if (!element || !followingNow.current) return;
    // Scrolled up since we looked last, and the event has not come yet.
    if (scrolledUp(element, last.current) && !atEnd(element)) {
      follow(false);
      return;
    }
    element.scrollTop = element.scrollHeight;
    last.current = viewOf(element);
  };
  const follow = (yes: boolean): void => {
    followingNow.current = yes;
    setFollowing(yes);
  };
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => {
    virtualizer._willUpdate();
    toEnd();
  });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return undefined;
    const startIndex = start === undefined ? -1 : Array.from({ length: count }, (_, index) => keyOf(index)).indexOf(start.id);
    if (startIndex >= 0) returnTo(virtualizer, startIndex, start?.offset ?? 0);
    last.current = viewOf(element);
    let rest: ReturnType<typeof setTimeout> | undefined;
    const tellPlace = (): void => {
      const item = virtualizer.getVirtualItemForOffset(element.scrollTop);
      onPlaceNow.current(followingNow.current || !item ? undefined : { id: String(item.key), offset: element.scrollTop - item.start });
    };
    const onScroll = (): void => {
      const { scrollTop } = element;
      if (atEnd(element)) follow(true);
      else if (scrolledUp(element, last.current)) follow(false);
      last.current = viewOf(element);
      clearTimeout(rest);
      rest = setTimeout(tellPlace, atRest);
      setTop(virtualizer.getVirtualItemForOffset(scrollTop + sticky)?.index ?? 0);
    };
    const observer = new ResizeObserver(toEnd);
    observer.observe(element);
    // Before the virtualizer's own listener: what it draws would bring the view back to the end.
    element.addEventListener('scroll', onScroll, { passive: true, capture: true });
    return () => {
      clearTimeout(rest);
      observer.disconnect();
      element.removeEventListener('scroll', onScroll, { capture: true });
    };
  }, [virtualizer]);

  return {
    items: virtualizer.getVirtualItems(),
    height: virtualizer.getTotalSize(),
    measure: virtualizer.measureElement,
    scrollTo: (index) => {
      follow(false);
      virtualizer.scrollToIndex(index, { align: 'start' });
    },
    following,
    follow: () => {
      last.current = { top: 0, height: 0 };
      follow(true);
      toEnd();
    },
    letGo: () => {
      follow(false);
      if (scroller.current) last.current = viewOf(scroller.current);
      // Two frames later the new height is measured.
      requestAnimationFrame(() => requestAnimationFrame(() => scroller.current && atEnd(scroller.current) && follow(true)));
    },
    top,
  };
}

interface View {
  readonly top: number;
  readonly height: number;
}

const viewOf = ({ scrollTop, scrollHeight }: HTMLElement): View => ({ top: scrollTop, height: scrollHeight });

/** Whether the person scrolled up since then. A conversation that became shorter moves the view up too: guessed heights do that when measured. */
const scrolledUp = ({ scrollTop, scrollHeight }: HTMLElement, before: View): boolean =>
  scrollTop < before.top - 1 && scrollHeight >= before.height;

/** Scrolls to a piece, and into it once what stands above it is measured: heights are guesses until then. */
function returnTo(virtualizer: Virtualizer<HTMLElement, HTMLElement>, index: number, offset: number): void {
  virtualizer.scrollToIndex(index, { align: 'start' });
  let frames = 0;
  const settle = (): void => {
    if (++frames < 4) requestAnimationFrame(settle);
    else virtualizer.scrollBy(offset);
  };
  requestAnimationFrame(settle);
}

const atEnd = ({ scrollHeight, scrollTop, clientHeight }: HTMLElement): boolean => scrollHeight - scrollTop - clientHeight < nearEnd;
