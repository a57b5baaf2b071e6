import type { SessionView } from '../panelState.js';
import { formatMany } from '../numbers.js';
import { Button } from './controls.js';
import { Notice } from './notice.js';
import { useOpening } from './opening.js';
import { usePanel } from './panelContext.js';

/** What of a session cannot be read. Its file is never touched on that account. */
export function Problems({ session }: { readonly session: SessionView }) {
  const { post } = usePanel();
  const { row, skipped, feed } = session;
  const [open, toggle] = useOpening(`skipped-${row.id}`, false);
  return (
    <>
      {row.problem && (
        <Notice
          tone="need"
          title={headings[row.problem.kind]}
          actions={<Button onClick={() => post({ kind: 'command', command: 'showLog' })}>Show log</Button>}
        >
          <p>{sentence(row.problem.detail)}</p>
          <p class="mono">{row.problem.path}</p>
        </Notice>
      )}
      {skipped.length > 0 && (
        <Notice
          tone="need"
          title={`${formatMany(skipped.length, 'entry', 'entries')} of this session cannot be read`}
          actions={<Button onClick={toggle}>{open ? 'Hide details' : 'Details'}</Button>}
        >
          <p>{feed.length > 0 ? 'The others are shown. ' : ''}The file was not touched.</p>
          {open && (
            <ul>
              {skipped.map((problem, index) => (
                <li key={index}>
                  {problem.detail} <span class="mono dim">{problem.path}</span>
                </li>
              ))}
            </ul>
          )}
        </Notice>
      )}
    </>
  );
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?]$/.test(text) ? '' : '.'}`;

const headings = {
  damaged: 'This session is damaged',
  salvaged: 'This session was rebuilt from what is left of it',
  orphaned: 'A part of this session is missing',
  newer: 'This session was written by a newer version of Skein',
  unreadable: 'This session cannot be read',
} as const;
