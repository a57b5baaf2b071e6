/** Words that say more than an error code does: most agents answer -32603 to everything, and endpoints 400. */
const known: readonly { readonly pattern: RegExp; readonly says: string }[] = [
  {
    pattern: /\b401\b|unauthori[sz]ed|not (logged|signed) in|authentication|invalid (x-)?api[ _-]key|please run \/login/i,
    says: 'is not signed in',
  },
  { pattern: /\b429\b|rate.?limit|usage limit|quota/i, says: 'has reached its rate limit' },
  { pattern: /\b529\b|overloaded/i, says: 'cannot be served: the model is overloaded' },
  {
    pattern: /prompt is too long|context.?(length|window|size)|(exceeds|maximum).{0,40}tokens/i,
    says: 'cannot take more: the session is too long for the model',
  },
  { pattern: /\b(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT)\b|fetch failed|network error/i, says: 'cannot reach its model' },
];

/** What an agent's words come to, after its name; `undefined` where they say nothing that we know. */
export function meaningOf(words: string): string | undefined {
  return known.find(({ pattern }) => pattern.test(words))?.says;
}
