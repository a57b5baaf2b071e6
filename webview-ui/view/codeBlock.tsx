import { useLayoutEffect, useRef } from 'preact/hooks';
import { highlight } from '../highlight.js';
import { safeHtml } from '../safeHtml.js';
import { IconButton } from './controls.js';
import { usePanel } from './panelContext.js';

/** Code of an answer. The frame and its scroll position stay while the code streams in. */
export function CodeBlock({ code, language }: { readonly code: string; readonly language: string }) {
  const inner = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    inner.current?.replaceChildren(safeHtml(highlight(code, language)));
  }, [code, language]);
  const label = language === '' ? 'Code' : `Code, ${language}`;
  return (
    <div class="code-block" role="group" aria-label={label} data-stop tabIndex={-1} data-copy={code}>
      <pre>
        <code ref={inner} />
      </pre>
      <CodeActions code={code} />
    </div>
  );
}

export function CodeActions({ code }: { readonly code: string }) {
  const { post, announce } = usePanel();
  const copy = (): void => {
    post({ kind: 'copy', text: code });
    announce('Copied.');
  };
  return (
    <span class="hover-bar">
      <IconButton icon="copy" label="Copy code" onClick={copy} />
      <IconButton icon="insert" label="Insert at the cursor" onClick={() => post({ kind: 'insert', text: code })} />
    </span>
  );
}
