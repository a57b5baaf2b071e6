import type { PermissionOption, PermissionRequest } from '../../src/model/turn.js';
import { answerWords, optionsInOrder, requestHeading } from '../permission.js';
import { commandOf, shortPath, shortText } from '../toolRows.js';
import { Button } from './controls.js';
import { Diffs } from './diff.js';
import { agentTitle, type Facts } from './facts.js';
import { Icon } from './icon.js';
import { usePanel } from './panelContext.js';

interface RequestProps {
  readonly request: PermissionRequest;
  /** The chosen option's id, or how it ended without one; absent while it waits. */
  readonly outcome: string | undefined;
  readonly facts: Facts;
  /** Requests that wait behind this one. */
  readonly more: number;
}

/** A question of the agent: may it do this? Keys 1 to 4 answer while it has the focus, Alt+1 to Alt+4 from anywhere. */
export function Request({ request, outcome, facts, more }: RequestProps) {
  const { post } = usePanel();
  const heading = requestHeading(request, agentTitle(facts.agents, facts.backend), facts.workdir);
  if (outcome !== undefined) return <Answered request={request} outcome={outcome} heading={heading} />;
  const { call } = request;
  const command = commandOf(call);
  const options = optionsInOrder(request.options);
  const answer = (option: PermissionOption): void => post({ kind: 'respond', request: request.id, option: option.id });
  const onKeyDown = (event: KeyboardEvent): void => {
    const option = options[Number(event.key) - 1];
    if (!option || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    answer(option);
  };
  const titleId = `request-${request.id}`;
  return (
    <section
      class="card need"
      role="group"
      aria-labelledby={titleId}
      tabIndex={-1}
      data-stop
      data-request={request.id}
      onKeyDown={onKeyDown}
    >
      <header>
        <Icon name="ask" class="is-ask" />
        <span id={titleId}>{heading}</span>
        {more > 0 && <span class="aside">{more} more after this</span>}
      </header>
      <div class="inside">
        {command !== undefined && (
          <div class="code-block">
            <pre tabIndex={0}>{command}</pre>
          </div>
        )}
        {call.diff && call.diff.length > 0 && (
          <Diffs diffs={call.diff} entry={undefined} pathOf={(path) => shortPath(path, facts.workdir)} />
        )}
        <dl class="facts">
          <dt>In</dt>
          <dd class="mono" title={facts.workdir}>
            {shortPath(facts.workdir, facts.workdir)}
          </dd>
          {request.title !== heading && request.title !== command && (
            <>
              <dt>Does</dt>
              <dd title={request.title}>{call.kind === 'execute' ? request.title : shortText(request.title, facts.workdir)}</dd>
            </>
          )}
          {call.locations && call.locations.length > 0 && (
            <>
              <dt>Files</dt>
              <dd class="mono" title={call.locations.map(({ path }) => path).join('\n')}>
                {call.locations.map(({ path }) => shortPath(path, facts.workdir)).join(', ')}
              </dd>
            </>
          )}
        </dl>
        <div class="actions">
          {options.map((option, index) => (
            <Button
              key={option.id}
              kind={index === 0 ? 'main' : 'plain'}
              shortcut={index < 4 ? String(index + 1) : undefined}
              onClick={() => answer(option)}
            >
              {option.label}
            </Button>
          ))}
        </div>
      </div>
    </section>
  );
}

function Answered({
  request,
  outcome,
  heading,
}: {
  readonly request: PermissionRequest;
  readonly outcome: string;
  readonly heading: string;
}) {
  const { words, allowed } = answerWords(request, outcome);
  return (
    <div class="tools">
      <div class="tool answered" data-stop tabIndex={-1}>
        <Icon name={allowed ? 'shield' : 'close'} />
        <span class="label">
          <b>{words}</b> · {commandOf(request.call) === undefined ? heading : <span class="mono">{commandOf(request.call)}</span>}
        </span>
      </div>
    </div>
  );
}
