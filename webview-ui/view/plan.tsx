import type { PlanStep } from '../../src/model/entry.js';
import { Icon, type IconName } from './icon.js';

const states: Record<PlanStep['status'], { readonly words: string; readonly icon: IconName; readonly style: string }> = {
  todo: { words: 'To do', icon: 'todo', style: '' },
  doing: { words: 'Doing', icon: 'run', style: 'is-run' },
  done: { words: 'Done', icon: 'done', style: 'is-done' },
  dropped: { words: 'Dropped', icon: 'close', style: 'dim' },
};

/** What the agent means to do, and how far it is. `running` turns the ring of the step under way. */
export function Plan({ steps, running }: { readonly steps: readonly PlanStep[]; readonly running: boolean }) {
  const done = steps.filter((step) => step.status === 'done').length;
  return (
    <section class="plan" aria-label={`Plan, ${done} of ${steps.length} done`}>
      <div class="plan-head">
        <b>Plan</b>
        <span class="dim num">
          {done} of {steps.length} done
        </span>
      </div>
      <ol>
        {steps.map((step, index) => {
          const { words, icon, style } = states[step.status];
          return (
            <li key={index} class={step.status}>
              <Icon name={icon} class={`${style} ${step.status === 'doing' && running ? 'spin' : ''}`} />
              <span class="label">
                <span class="sr">{words}: </span>
                {step.text}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
