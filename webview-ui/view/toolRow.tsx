import type { ComponentChildren } from 'preact';
import type { ToolCall } from '../../src/model/entry.js';
import { diffView } from '../diffRows.js';
import type { PartOf } from '../feed.js';
import { formatClock, formatSpan } from '../numbers.js';
import { commandOf, groupWords, rowState, rowWords, shortPath, type Row, type RowState } from '../toolRows.js';
import { useClock } from './clock.js';
import { Diffs } from './diff.js';
import type { Facts } from './facts.js';
import { Icon, type IconName } from './icon.js';
import { useOpening } from './opening.js';
import { Output } from './output.js';

const kindIcons: Record<ToolCall['kind'], IconName> = {
  read: 'file',
  edit: 'edit',
  delete: 'trash',
  move: 'files',
  search: 'search',
  execute: 'terminal',
  think: 'think',
  fetch: 'globe',
  other: 'tool',
};
const stateIcons: Partial<Record<RowState, readonly [IconName, string]>> = {
  run: ['run', 'is-run spin'],
  fail: ['fail', 'is-fail'],
  denied: ['fail', ''],
};

interface RowProps {
  readonly row: Row;
  readonly facts: Facts;
  /** True for the last step of a turn: trouble there stays open until the agent goes on. */
  readonly newest: boolean;
}

/** One line: icon, what was done, to what, how long. Opens to show the rest. */
export function ToolRow({ row, facts, newest }: RowProps) {
  if (row.kind === 'thinking') return <ThinkingRow part={row.part} />;
  if (row.kind === 'group') return <GroupRow id={row.id} parts={row.parts} facts={facts} />;
  return <CallRow part={row.part} facts={facts} newest={newest} />;
}

function ThinkingRow({ part }: { readonly part: PartOf<'thinking'> }) {
  const [open, toggle] = useOpening(`thinking-${part.id}`, false);
  const topic =
    /\S.*/
      .exec(part.text)?.[0]
      .replace(/[*_#`]+/g, '')
      .trim() ?? '';
  return (
    <>
      <RowButton
        icon={part.live ? ['run', 'is-run spin'] : ['think', '']}
        open={open}
        toggle={toggle}
        meta={<Duration part={part} running={part.live} />}
      >
        <b>{part.live ? 'Thinking' : topic === '' ? 'Thought' : 'Thought:'}</b> {!part.live && topic}
      </RowButton>
      {open && (
        <div class="output thought" tabIndex={0}>
          <p>{part.text}</p>
        </div>
      )}
    </>
  );
}

function GroupRow({ id, parts, facts }: { readonly id: string; readonly parts: readonly PartOf<'tool'>[]; readonly facts: Facts }) {
  const [open, toggle] = useOpening(`group-${id}`, facts.verbose);
  const running = parts.some((part) => rowState(part.call) === 'run');
  const times = parts.map((part) => part.durationMs);
  const total = times.some((time) => time === undefined) ? undefined : times.reduce<number>((sum, time) => sum + (time ?? 0), 0);
  return (
    <>
      <RowButton
        icon={running ? ['run', 'is-run spin'] : ['files', '']}
        open={open}
        toggle={toggle}
        meta={total !== undefined && <span>{formatSpan(total)}</span>}
      >
        <b>{groupWords(parts)}</b>
      </RowButton>
      {open && (
        <div class="nested">
          {parts.map((part) => (
            <CallRow key={part.id} part={part} facts={facts} newest={false} />
          ))}
        </div>
      )}
    </>
  );
}

function CallRow({ part, facts, newest }: { readonly part: PartOf<'tool'>; readonly facts: Facts; readonly newest: boolean }) {
  const { workdir, verbose } = facts;
  const { call } = part;
  const state = rowState(call);
  const running = state === 'run';
  const words = rowWords(call, workdir);
  const command = call.kind === 'execute' ? commandOf(call) : undefined;
  const details = (call.diff?.length ?? 0) > 0 || (call.output ?? '') !== '' || (command?.includes('\n') ?? false);
  const says = verbose && (call.output ?? '') !== '';
  const [open, toggle] = useOpening(
    `tool-${part.id}`,
    details && (says || (running && call.kind === 'execute') || (state === 'fail' && newest)),
  );
  const stats = (call.diff ?? []).map(diffView);
  const [added, removed] = [stats.reduce((sum, { added: n }) => sum + n, 0), stats.reduce((sum, { removed: n }) => sum + n, 0)];
  const meta = (
    <>
      {added > 0 && <span class="added">+{added}</span>}
      {removed > 0 && <span class="removed">−{removed}</span>}
      {stats.length === 0 && <Duration part={part} running={running} />}
    </>
  );
  return (
    <>
      <RowButton
        icon={stateIcons[state] ?? [kindIcons[call.kind], '']}
        open={open}
        toggle={details ? toggle : undefined}
        meta={meta}
        copy={command ?? call.output}
        title={words.whole}
      >
        <b>{words.verb}</b> {words.what !== '' && (words.code ? <span class="mono">{words.what}</span> : words.what)}
        {words.trouble !== '' && ` · ${words.trouble}`}
      </RowButton>
      {open && details && (
        <div class="details">
          {command?.includes('\n') && (
            <div class="output">
              <pre tabIndex={0}>{command}</pre>
            </div>
          )}
          {call.diff && call.diff.length > 0 && <Diffs diffs={call.diff} entry={part.entry} pathOf={(path) => shortPath(path, workdir)} />}
          {call.output !== undefined && call.output !== '' && <Output text={call.output} terminal={call.kind === 'execute'} />}
        </div>
      )}
    </>
  );
}

interface RowButtonProps {
  readonly icon: readonly [IconName, string];
  readonly open: boolean;
  /** None: there is nothing to open. */
  readonly toggle: (() => void) | undefined;
  readonly meta: ComponentChildren;
  readonly copy?: string | undefined;
  readonly title?: string | undefined;
  readonly children: ComponentChildren;
}

function RowButton({ icon: [name, style], open, toggle, meta, copy, title, children }: RowButtonProps) {
  return (
    <button
      type="button"
      class="tool"
      data-stop
      tabIndex={-1}
      aria-expanded={toggle && open}
      onClick={toggle}
      data-copy={copy}
      title={title}
    >
      <Icon name={name} class={style} />
      <span class="label">{children}</span>
      <span class="meta num">{meta}</span>
      {toggle ? <Icon name={open ? 'down' : 'right'} class="chevron" /> : <span class="chevron" />}
    </button>
  );
}

function Duration({
  part,
  running,
}: {
  readonly part: { readonly startedAt?: number | undefined; readonly durationMs?: number | undefined };
  readonly running: boolean;
}) {
  const now = useClock(running && part.startedAt !== undefined);
  if (running) return part.startedAt === undefined ? null : <span>{formatClock(now - part.startedAt)}</span>;
  // What rounds to nothing is left out.
  return part.durationMs === undefined || part.durationMs < 50 ? null : <span>{formatSpan(part.durationMs)}</span>;
}
