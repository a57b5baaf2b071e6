import { useLayoutEffect, useRef } from 'preact/hooks';
import { formatCost, formatCount, formatMany, formatTokens } from '../numbers.js';
import type { SessionView } from '../panelState.js';
import { Button } from './controls.js';
import { usePanel } from './panelContext.js';

/** What the session took: the context that is full, tokens by kind, dollars where they are known. */
export function Usage({ session, onClose }: { readonly session: SessionView; readonly onClose: () => void }) {
  const { post } = usePanel();
  const dialog = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    dialog.current?.focus();
    const outside = (event: MouseEvent): void => {
      const target = event.target;
      if (target instanceof Element && !target.closest('.popover, .numbers')) onClose();
    };
    document.addEventListener('mousedown', outside);
    return () => document.removeEventListener('mousedown', outside);
  }, []);
  const { row, usage, context } = session;
  const { input, cached, output, reasoning } = row.token_usage;
  const parts = [
    ['Input', input],
    ['Input, from the cache', cached],
    ['Output', output],
    ['Reasoning', reasoning],
  ] as const;
  const percent = context && Math.min(100, (context.used / context.size) * 100);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    event.stopPropagation();
    onClose();
  };
  return (
    <div class="popover usage" role="dialog" aria-label="Usage" tabIndex={-1} ref={dialog} onKeyDown={onKeyDown}>
      {context && percent !== undefined && (
        <section>
          <h2>
            Context
            <span class="num">
              {formatTokens(context.used)} of {formatTokens(context.size)}
            </span>
          </h2>
          <div class="stack" aria-hidden="true">
            <b style={{ width: `${percent}%` }} />
          </div>
        </section>
      )}
      <section>
        <h2>
          This session <span class="num">{formatMany(row.turn_count, 'turn')}</span>
        </h2>
        <table>
          <tbody>
            {parts.map(
              ([name, count]) =>
                count > 0 && (
                  <tr key={name}>
                    <td>{name}</td>
                    <td class="right num">{formatCount(count)}</td>
                  </tr>
                ),
            )}
            <tr class="sum">
              <td>Tokens together</td>
              <td class="right num">{formatCount(usage.tokens)}</td>
            </tr>
            <tr>
              <td>Cost</td>
              <td class="right num">{formatCost(usage.cost) ?? 'unknown'}</td>
            </tr>
          </tbody>
        </table>
      </section>
      <section>
        <Button small kind="flat" onClick={() => post({ kind: 'command', command: 'showUsage' })}>
          Open usage of all sessions
        </Button>
      </section>
    </div>
  );
}
