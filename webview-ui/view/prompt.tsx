import type { EntryOf } from '../../src/model/entry.js';
import { fileName } from '../fileLinks.js';
import { IconButton } from './controls.js';
import type { Facts } from './facts.js';
import { Icon } from './icon.js';
import { usePanel } from './panelContext.js';

/** What the person wrote, in the shape of the composer it was written in. */
export function Prompt({ entry, facts }: { readonly entry: EntryOf<'message'>; readonly facts: Facts }) {
  const { post } = usePanel();
  const { content } = entry.message;
  const text = content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n\n');
  const attached = content.flatMap((block) => {
    if (block.type === 'text') return [];
    return [
      block.type === 'image'
        ? { name: typeof block['title'] === 'string' ? block['title'] : 'Picture', image: true }
        : { name: block.title ?? fileName(block.uri), image: false },
    ];
  });
  return (
    <div class="prompt" data-stop tabIndex={-1} data-copy={text}>
      <Icon name="prompt" />
      <p>{text}</p>
      {attached.length > 0 && (
        <div class="chips">
          {attached.map(({ name, image }) => (
            <span class="chip" key={name}>
              <Icon name={image ? 'image' : 'file'} />
              <span>{name}</span>
            </span>
          ))}
        </div>
      )}
      <span class="hover-bar">
        {facts.writable && <IconButton icon="fork" label="Fork from here" onClick={() => post({ kind: 'fork', entry: entry.id })} />}
        <IconButton icon="copy" label="Copy prompt" onClick={() => post({ kind: 'copy', text })} />
      </span>
    </div>
  );
}
