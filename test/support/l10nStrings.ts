import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';

/** Every text that the extension gives to `l10n.t`, by reading its source files in `folder`. Throws where it is not a plain string. */
export function l10nStrings(folder: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.ts'))) {
    const source = ts.createSourceFile(name, readFileSync(`${folder}/${name}`, 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && /^l10n\.t$/.test(node.expression.getText(source))) {
        const [text] = node.arguments;
        if (!text || !ts.isStringLiteralLike(text)) throw new Error(`${name}: l10n.t needs a plain string, has ${node.getText(source)}`);
        found.add(text.text);
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}
