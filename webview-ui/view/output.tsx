import { useMemo, useState } from 'preact/hooks';
import { formatCount, formatMany } from '../numbers.js';
import { terminalLines, terminalSpans } from '../terminalText.js';
import { Button } from './controls.js';
import { usePanel } from './panelContext.js';

const tail = 5;
const most = 2000;

/** What a tool said. A command shows its last lines, for that is where it went right or wrong; the rest on request. */
export function Output({ text, terminal }: { readonly text: string; readonly terminal: boolean }) {
  const { post } = usePanel();
  const lines = useMemo(() => terminalLines(text), [text]);
  const [all, setAll] = useState(false);
  if (lines.length === 0) return null;
  const count = all ? most : terminal ? tail : 2 * tail;
  const shown = lines.length <= count ? lines : terminal ? lines.slice(-count) : lines.slice(0, count);
  return (
    <div class={`output ${terminal ? 'terminal' : ''}`}>
      <pre tabIndex={0} aria-label="Output">
        {terminalSpans(shown.join('\n')).map((span, index) =>
          span.style === '' ? (
            span.text
          ) : (
            <span key={index} class={span.style}>
              {span.text}
            </span>
          ),
        )}
      </pre>
      {shown.length < lines.length && (
        <div class="output-bar">
          <span>
            {terminal ? 'Last' : 'First'} {formatCount(shown.length)} of {formatMany(lines.length, 'line')}
          </span>
          <span class="space" />
          {all ? (
            <Button small kind="flat" onClick={() => post({ kind: 'copy', text })}>
              Copy all
            </Button>
          ) : (
            <Button small kind="flat" onClick={() => setAll(true)}>
              Show all
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
