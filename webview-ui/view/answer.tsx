import { render } from 'preact';
import { useContext, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { markdownBlocks, type MarkdownBlock } from '../markdown.js';
import { safeHtml } from '../safeHtml.js';
import { CodeActions, CodeBlock } from './codeBlock.js';
import { memo } from './memo.js';
import { PanelContext, type PanelActions } from './panelContext.js';

interface AnswerProps {
  readonly text: string;
  readonly live: boolean;
}

/** An answer as Markdown. While it streams, only the blocks that changed are drawn again: what is read stays where it is. */
export const Answer = memo<AnswerProps>(function Answer({ text, live }) {
  const blocks = useMemo(() => markdownBlocks(text), [text]);
  return (
    <div class={`answer ${live ? 'live' : ''}`}>
      {blocks.map((block, index) =>
        block.kind === 'code' ? (
          <CodeBlock key={`code-${index}`} code={block.code} language={block.language} />
        ) : (
          <HtmlBlock key={`html-${index}`} block={block} caret={live && index === blocks.length - 1} />
        ),
      )}
      {live && blocks.at(-1)?.kind !== 'html' && <span class="caret" />}
    </div>
  );
});

interface HtmlBlockProps {
  readonly block: Extract<MarkdownBlock, { kind: 'html' }>;
  readonly caret: boolean;
}

function HtmlBlock({ block, caret }: HtmlBlockProps) {
  const element = useRef<HTMLDivElement>(null);
  const panel = useContext(PanelContext);
  useLayoutEffect(() => {
    const content = safeHtml(block.html());
    const slots = addCodeActions(content, panel);
    if (caret) endOf(content).append(Object.assign(document.createElement('span'), { className: 'caret' }));
    element.current?.replaceChildren(content);
    return () => {
      for (const slot of slots) render(null, slot);
    };
    // The key says what the block is made from: a new block object with the same key is the same text.
  }, [block.key, caret]);
  return <div class="markdown" ref={element} />;
}

/** Code inside lists and quotes gets the same actions as code between paragraphs. */
function addCodeActions(content: DocumentFragment, panel: PanelActions): HTMLElement[] {
  return [...content.querySelectorAll('pre')].map((pre) => {
    const frame = Object.assign(document.createElement('div'), { className: 'code-block' });
    const slot = document.createElement('span');
    pre.replaceWith(frame);
    frame.append(pre, slot);
    render(
      <PanelContext.Provider value={panel}>
        <CodeActions code={pre.textContent} />
      </PanelContext.Provider>,
      slot,
    );
    return slot;
  });
}

/** The element in which the text of a block ends: the caret stands behind the last word, not on a line of its own. */
function endOf(content: DocumentFragment): ParentNode & Node {
  let node: ParentNode & Node = content;
  while (node.lastElementChild && /^(?:P|UL|OL|LI|BLOCKQUOTE|H\d)$/.test(node.lastElementChild.tagName)) node = node.lastElementChild;
  return node;
}
