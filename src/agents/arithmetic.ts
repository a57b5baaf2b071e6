const operators: Readonly<Record<string, { readonly rank: number; readonly apply: (a: number, b: number) => number }>> = {
  '+': { rank: 1, apply: (a, b) => a + b },
  '-': { rank: 1, apply: (a, b) => a - b },
  '*': { rank: 2, apply: (a, b) => a * b },
  '/': { rank: 2, apply: (a, b) => a / b },
};

const spelled: readonly (readonly [words: RegExp, operator: string])[] = [
  [/\bplus\b/gi, '+'],
  [/\bminus\b/gi, '-'],
  [/\b(?:times|multiplied by)\b|[×x]/gi, '*'],
  [/\bdivided by\b|÷/gi, '/'],
];

/** The value of a sum such as `2 * (3 + 4.5)` or `6 times 7`, `undefined` when it is none. */
export function arithmetic(text: string): number | undefined {
  const normal = spelled.reduce((sum, [words, operator]) => sum.replaceAll(words, operator), text);
  const tokens = normal.match(/\d+(?:\.\d+)?|\S/g) ?? [];
  if (tokens.some((token) => !/^(?:\d.*|[-+*/()])$/.test(token))) return undefined;
  let next = 0;

  const operand = (): number => {
    const token = tokens[next++];
    if (token === '-') return -operand();
    if (token === '(') {
      const value = sum(1);
      return tokens[next++] === ')' ? value : NaN;
    }
    return token === undefined || Object.hasOwn(operators, token) ? NaN : Number(token);
  };
  // Precedence climbing: an operator takes to its right only what binds more tightly.
  const sum = (rank: number): number => {
    let value = operand();
    for (;;) {
      const operator = operators[tokens[next] ?? ''];
      if (!operator || operator.rank < rank) return value;
      next += 1;
      value = operator.apply(value, sum(operator.rank + 1));
    }
  };
  const value = sum(1);
  return next === tokens.length && Number.isFinite(value) ? value : undefined;
}
