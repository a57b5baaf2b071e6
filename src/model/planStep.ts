import type { PlanStep } from './entry.js';

/** The words of the protocols and programs for how far a step is; each has the ones of its own. */
const statuses: Readonly<Record<string, PlanStep['status']>> = {
  pending: 'todo',
  in_progress: 'doing',
  inProgress: 'doing',
  completed: 'done',
  cancelled: 'dropped',
};

/** A step of a plan, whose `status` is an agent's word; one that we do not know leaves it to do. */
export function planStep(text: string, status: unknown): PlanStep {
  return { text, status: (typeof status === 'string' && Object.hasOwn(statuses, status) && statuses[status]) || 'todo' };
}
