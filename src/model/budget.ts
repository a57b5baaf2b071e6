/** What may be spent. Absent: any amount. */
export interface Budget {
  /** US dollars. */
  readonly usd?: number | undefined;
  readonly tokens?: number | undefined;
  /** `soft` warns when it is spent, `hard` stops before the next prompt. */
  readonly mode: 'soft' | 'hard';
}

/** What was spent so far, as far as it is known. */
export interface Spending {
  readonly usd: number;
  readonly tokens: number;
  /** Answers or sessions whose cost, or whose tokens, nobody told: they are not 0. */
  readonly unknownUsd: number;
  readonly unknownTokens: number;
}

export interface BudgetFinding {
  /** `unknown`: it may be spent, and nobody can tell. */
  readonly kind: 'spent' | 'unknown';
  /** One sentence without its full stop. */
  readonly text: string;
}

/** What is to be said of a budget before the next prompt. `of` is what it is for: `this session`, `the tag "x"`. */
export function judgeBudget(of: string, budget: Budget, spent: Spending): readonly BudgetFinding[] {
  const findings: BudgetFinding[] = [];
  if (budget.usd !== undefined) {
    const limit = dollars(budget.usd);
    if (spent.usd >= budget.usd) findings.push({ kind: 'spent', text: `the budget of ${limit} for ${of} is spent: ${dollars(spent.usd)}` });
    else if (spent.unknownUsd > 0)
      findings.push({
        kind: 'unknown',
        text: `the budget of ${limit} for ${of} may be spent: ${dollars(spent.usd)} are known, and the cost of ${times(spent.unknownUsd)} is unknown`,
      });
  }
  if (budget.tokens !== undefined) {
    const limit = `${count(budget.tokens)} tokens`;
    if (spent.tokens >= budget.tokens)
      findings.push({ kind: 'spent', text: `the budget of ${limit} for ${of} is spent: ${count(spent.tokens)}` });
    else if (spent.unknownTokens > 0)
      findings.push({
        kind: 'unknown',
        text: `the budget of ${limit} for ${of} may be spent: ${count(spent.tokens)} are known, and the tokens of ${times(spent.unknownTokens)} are unknown`,
      });
  }
  return findings;
}

const count = (value: number): string => value.toLocaleString('en-US');
/** Cents, and more digits where the amount is smaller than that. */
const dollars = (value: number): string =>
  `$${value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: value < 1 ? 4 : 2 })}`;
const times = (value: number): string => (value === 1 ? 'one answer' : `${count(value)} answers`);
