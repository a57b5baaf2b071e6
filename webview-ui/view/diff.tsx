import type { FileDiff } from '../../src/model/entry.js';
import { diffView } from '../diffRows.js';
import { formatMany } from '../numbers.js';
import { Button } from './controls.js';
import { usePanel } from './panelContext.js';

interface DiffProps {
  readonly diffs: readonly FileDiff[];
  /** The entry that holds the diffs; none while the call runs, and then there is nothing to open. */
  readonly entry: string | undefined;
  readonly pathOf: (path: string) => string;
}

/** The edits of one tool call, each with a way to the editor's own diff. */
export function Diffs({ diffs, entry, pathOf }: DiffProps) {
  return (
    <>
      {diffs.map((diff, index) => (
        <Diff key={index} diff={diff} name={diffs.length > 1 ? pathOf(diff.path) : undefined} entry={entry} index={index} />
      ))}
    </>
  );
}

/** Rows beyond this are left to the editor. */
const mostRows = 300;

function Diff({ diff, name, entry, index }: { diff: FileDiff; name: string | undefined; entry: string | undefined; index: number }) {
  const { post } = usePanel();
  const { hunks } = diffView(diff);
  const rows = hunks?.flat().length ?? 0;
  const shown = hunks && rows <= mostRows ? hunks : undefined;
  return (
    <div class="output">
      {name !== undefined && (
        <div class="output-head" title={diff.path}>
          {name}
        </div>
      )}
      {shown && (
        <div class="diff" role="table" aria-label="Changed lines" tabIndex={0}>
          {shown.map((hunk, at) => (
            <div class="hunk" role="rowgroup" key={at}>
              {hunk.map((row, line) => (
                <div class={row.sign === '+' ? 'row added' : row.sign === '-' ? 'row removed' : 'row'} role="row" key={line}>
                  <span class="line num" role="cell">
                    {row.number}
                  </span>
                  <span class="sign" role="cell" aria-label={row.sign === '+' ? 'added' : row.sign === '-' ? 'removed' : 'same'}>
                    {row.sign === '-' ? '−' : row.sign}
                  </span>
                  <span role="cell">
                    {row.texts.map((part, piece) => (part.changed ? <mark key={piece}>{part.text}</mark> : part.text))}
                  </span>
                </div>
              ))}
            </div>
          ))}
        </div>
      )}
      <div class="output-bar">
        <span>
          {shown
            ? formatMany(shown.length, 'change')
            : rows > 0
              ? `${formatMany(rows, 'line')}: too long to show here`
              : 'Too long to show here'}
        </span>
        <span class="space" />
        {entry !== undefined && (
          <Button small kind="flat" onClick={() => post({ kind: 'openDiff', entry, index })}>
            Open diff
          </Button>
        )}
      </div>
    </div>
  );
}
