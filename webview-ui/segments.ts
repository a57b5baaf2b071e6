import { textStart } from '../src/model/textStart.js';
import type { FeedItem, Mark, Turn } from './feed.js';
import { blocks, type Block } from './toolRows.js';

/** A piece of the conversation that is drawn as one. A turn of hundreds of steps is cut, so that no piece is too long to draw. */
export type Segment =
  | { readonly kind: 'mark'; readonly id: string; readonly mark: Mark }
  | {
      readonly kind: 'turn';
      readonly id: string;
      readonly turn: Turn;
      readonly blocks: readonly Block[];
      readonly first: boolean;
      readonly last: boolean;
    };

const perSegment = 24;
const made = new WeakMap<FeedItem, readonly Segment[]>();

/** The conversation as pieces, in order. Pieces of an item that did not change are identical to those of the last call. */
export function segments(feed: readonly FeedItem[]): Segment[] {
  return feed.flatMap((item) => {
    let own = made.get(item);
    if (!own) made.set(item, (own = item.kind === 'mark' ? [{ kind: 'mark', id: item.id, mark: item }] : cut(item)));
    return own;
  });
}

function cut(turn: Turn): Segment[] {
  const all = blocks(turn).flatMap(splitRows);
  const count = Math.max(1, Math.ceil(all.length / perSegment));
  return Array.from({ length: count }, (_, index) => ({
    kind: 'turn',
    id: index === 0 ? turn.id : `${turn.id}/${index}`,
    turn,
    blocks: all.slice(index * perSegment, (index + 1) * perSegment),
    first: index === 0,
    last: index === count - 1,
  }));
}

function splitRows(block: Block): Block[] {
  if (block.kind !== 'rows' || block.rows.length <= perSegment) return [block];
  const parts: Block[] = [];
  for (let from = 0; from < block.rows.length; from += perSegment) {
    parts.push({ kind: 'rows', id: `${block.id}/${from}`, rows: block.rows.slice(from, from + perSegment) });
  }
  return parts;
}

/** Where an entry is drawn: the position of its piece, or -1. */
export function segmentOf(list: readonly Segment[], entry: string): number {
  return list.findIndex((segment) => {
    if (segment.kind === 'mark' || (segment.first && segment.turn.id === entry)) return segment.id === entry;
    return segment.blocks.some((block) =>
      block.kind === 'part'
        ? block.part.id === entry
        : block.rows.some((row) =>
            (row.kind === 'group' ? row.parts : [row.part]).some((part) => part.id === entry || ('entry' in part && part.entry === entry)),
          ),
    );
  });
}

const markLabels: Readonly<Record<Mark['entry']['type'], string>> = {
  compact: 'Compacted',
  reset: 'Reset',
  checkpoint: 'Checkpoint',
  lease: 'Taken over',
};

/** What a piece is called for who does not see it. */
export function segmentLabel(segment: Segment): string {
  if (segment.kind === 'mark') return markLabels[segment.mark.entry.type];
  const { turn, first } = segment;
  if (turn.number === 0) return 'Before the first prompt';
  const text = turn.prompt?.message.content.find((block) => block.type === 'text');
  return first ? `Prompt ${turn.number}: ${text?.type === 'text' ? textStart(text.text, 120) : ''}` : `Prompt ${turn.number}, continued`;
}
