import { modelBeside } from '../../src/model/modelName.js';
import type { Part, PartOf, Turn } from '../feed.js';
import { formatTime } from '../moments.js';
import { formatCost, formatSpan, formatTokens } from '../numbers.js';
import type { Segment } from '../segments.js';
import type { Block } from '../toolRows.js';
import { Answer } from './answer.js';
import { IconButton } from './controls.js';
import { agentTitle, isDemo, type Facts } from './facts.js';
import { Icon } from './icon.js';
import { MarkView } from './mark.js';
import { memo } from './memo.js';
import { Plan } from './plan.js';
import { Prompt } from './prompt.js';
import { Request } from './request.js';
import { ToolRow } from './toolRow.js';
import { TurnEnd } from './turnEnd.js';
import { usePanel } from './panelContext.js';

interface SegmentProps {
  readonly segment: Segment;
  readonly facts: Facts;
  /** The last turn of the session: its foot is always seen, its trouble can be mended. */
  readonly newest: boolean;
}

/** A piece of the conversation. Drawn again only when it changed. */
export const SegmentView = memo<SegmentProps>(function SegmentView({ segment, facts, newest }) {
  if (segment.kind === 'mark') return <MarkView mark={segment.mark} />;
  const { turn, first, last, blocks } = segment;
  return (
    <>
      {first && turn.prompt && <Prompt entry={turn.prompt} facts={facts} />}
      <div class="body">
        {blocks.map((block, index) => (
          <BlockView key={block.id} block={block} turn={turn} facts={facts} newest={newest && last && index === blocks.length - 1} />
        ))}
        {last && newest && turn.running && blocks.length === 0 && <span class="caret" />}
        {last && <TurnEnd turn={turn} facts={facts} newest={newest} />}
        {last && !turn.running && <TurnFoot turn={turn} facts={facts} newest={newest} />}
      </div>
    </>
  );
});

interface BlockProps {
  readonly block: Block;
  readonly turn: Turn;
  readonly facts: Facts;
  /** The last step of the last turn. */
  readonly newest: boolean;
}

function BlockView({ block, turn, facts, newest }: BlockProps) {
  if (block.kind === 'part') return <PartView part={block.part} turn={turn} facts={facts} />;
  return (
    <div class="tools">
      {block.rows.map((row, index) => (
        <ToolRow key={row.id} row={row} facts={facts} newest={newest && index === block.rows.length - 1} />
      ))}
    </div>
  );
}

function PartView({
  part,
  turn,
  facts,
}: {
  readonly part: Exclude<Part, PartOf<'tool' | 'thinking'>>;
  readonly turn: Turn;
  readonly facts: Facts;
}) {
  switch (part.type) {
    case 'answer':
      return <Answer text={part.text} live={part.live} />;
    case 'plan':
      return <Plan steps={part.steps} running={turn.running} />;
    case 'request': {
      const waiting = turn.parts.filter((other) => other.type === 'request' && other.outcome === undefined);
      // One question at a time: the keys answer the first.
      if (part.outcome === undefined && waiting[0] !== part) return null;
      return <Request request={part.request} outcome={part.outcome} facts={facts} more={waiting.length - 1} />;
    }
    case 'notice':
      return (
        <div class="note">
          <Icon name={part.level === 'warning' ? 'ask' : 'info'} class={part.level === 'warning' ? 'is-ask' : ''} />
          <span>{part.text}</span>
        </div>
      );
    case 'unknown':
      return (
        <div class="note">
          <Icon name="info" />
          <span>An entry of the kind “{part.name}”, which this version does not show</span>
        </div>
      );
  }
}

function TurnFoot({ turn, facts, newest }: { readonly turn: Turn; readonly facts: Facts; readonly newest: boolean }) {
  const { post, announce } = usePanel();
  const answer = turn.parts.flatMap((part) => (part.type === 'answer' ? [part.text] : [])).join('\n\n');
  const backend = turn.backend ?? facts.backend;
  const spent = turn.prompt ? Date.parse(turn.endedAt) - Date.parse(turn.startedAt) : 0;
  const agent = agentTitle(facts.agents, backend);
  const words = [
    agent + (isDemo(facts.agents, backend) ? ' (demo)' : ''),
    modelBeside(agent, turn.model),
    turn.end?.reason === 'cancelled' && 'stopped',
    formatTime(turn.endedAt, Date.now()),
    spent > 0 && formatSpan(Math.round(spent / 100) * 100),
    turn.usage && turn.usage.tokens > 0 && `${formatTokens(turn.usage.tokens)} tokens`,
    formatCost(turn.usage?.cost),
  ].filter((word) => word !== undefined && word !== false && word !== '');
  const copy = (): void => {
    post({ kind: 'copy', text: answer });
    announce('Copied.');
  };
  const entry = turn.lastEntry;
  return (
    <div class={`foot ${newest ? '' : 'rest'}`}>
      {answer !== '' && <IconButton icon="copy" label="Copy answer as Markdown" onClick={copy} />}
      {newest && facts.writable && <IconButton icon="redo" label="Try again" onClick={() => post({ kind: 'retry' })} />}
      {facts.id !== '' && (
        <IconButton icon="fork" label="Fork from here" onClick={() => post({ kind: 'fork', ...(entry !== undefined && { entry }) })} />
      )}
      <span class="what num" title={turn.model}>
        {words.join(' · ')}
      </span>
    </div>
  );
}
