const controls = /[\u202a-\u202e\u2066-\u2069]/g;
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Without the controls of direction, with which a title could turn round what stands beside it. */
export const undirected = (text: string): string => text.replace(controls, '');

/** A text that is read from right to left keeps its order to itself, where VS Code puts age and tokens on the same line. */
export const isolated = (text: string): string => (rightToLeft.test(text) ? `\u2068${text}\u2069` : text);
