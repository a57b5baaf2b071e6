type Value = string | number | boolean;
type Translate = (message: string, ...values: Value[]) => string;

const untranslated: Translate = (message, ...values) =>
  message.replace(/\{(\d+)\}/g, (whole, index: string) => String(values[Number(index)] ?? whole));

let translate = untranslated;

/** Words for the person. The same shape as `vscode.l10n`, so that files without `vscode` can speak too. */
export const l10n = { t: (message: string, ...values: Value[]): string => translate(message, ...values) };

/** Called once, first thing in `activate`. */
export function useTranslator(translator: Translate): void {
  translate = translator;
}
