import type { QueuedPrompt } from '../../src/model/queuedPrompt.js';
import type { ChangedFile } from '../changedFiles.js';
import { formatMany } from '../numbers.js';
import { shortPath } from '../toolRows.js';
import { Button, IconButton } from './controls.js';
import { Icon, type IconName } from './icon.js';
import { useOpening } from './opening.js';
import { usePanel } from './panelContext.js';

/** One line above the composer, only while it is true. */
export function Strip({
  icon,
  words,
  action,
  onAction,
}: {
  readonly icon: IconName;
  readonly words: string;
  readonly action?: string;
  readonly onAction?: () => void;
}) {
  return (
    <div class="strip">
      <Icon name={icon} />
      <span class="label">{words}</span>
      {action !== undefined && onAction && (
        <Button small kind="flat" onClick={onAction}>
          {action}
        </Button>
      )}
    </div>
  );
}

interface QueueProps {
  readonly queued: readonly QueuedPrompt[];
  readonly running: boolean;
  readonly onEdit: (prompt: QueuedPrompt) => void;
}

/** Prompts that wait for the running turn to end. */
export function Queue({ queued, running, onEdit }: QueueProps) {
  const { post } = usePanel();
  return (
    <>
      {queued.map((prompt, index) => (
        <div class="strip" key={prompt.id}>
          <Icon name="clock" />
          <span class="label">
            <span class="dim">{index === 0 ? 'Next:' : 'Then:'}</span> {queuedText(prompt)}
          </span>
          {index === 0 && (
            <Button small kind="flat" onClick={() => post({ kind: 'unqueue', queued: prompt.id, then: 'send' })}>
              {running ? 'Steer' : 'Send now'}
            </Button>
          )}
          <IconButton icon="edit" label="Edit" onClick={() => onEdit(prompt)} />
          <IconButton
            icon="close"
            label="Remove from the queue"
            onClick={() => post({ kind: 'unqueue', queued: prompt.id, then: 'drop' })}
          />
        </div>
      ))}
    </>
  );
}

/** What was typed of a prompt; files that go along have no words. */
export const queuedText = ({ content }: QueuedPrompt): string =>
  content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('\n\n');

/** The files that the last turn changed. */
export function ChangedFiles({
  files,
  id,
  workdir,
}: {
  readonly files: readonly ChangedFile[];
  readonly id: string;
  readonly workdir: string;
}) {
  const { post } = usePanel();
  const [open, toggle] = useOpening(`files-${id}`, false);
  if (files.length === 0) return null;
  const sum = (pick: (file: ChangedFile) => number): number => files.reduce((total, file) => total + pick(file), 0);
  return (
    <>
      <div class="strip files">
        <IconButton icon={open ? 'down' : 'right'} label={open ? 'Hide the files' : 'Show the files'} expanded={open} onClick={toggle} />
        <span class="label">
          {formatMany(files.length, 'file')} changed <Lines added={sum((file) => file.added)} removed={sum((file) => file.removed)} />
        </span>
      </div>
      {open && (
        <ul class="file-list">
          {files.map((file) => (
            <li key={file.path}>
              <Icon name="file" />
              <button type="button" class="label" title={file.path} onClick={() => post({ kind: 'openFile', path: file.path })}>
                {shortPath(file.path, workdir)}
              </button>
              {file.entry !== undefined && (
                <IconButton
                  icon="diff"
                  label={`Open the diff of ${shortPath(file.path, workdir)}`}
                  onClick={() => post({ kind: 'openDiff', entry: file.entry ?? '', index: file.index })}
                />
              )}
              <Lines added={file.added} removed={file.removed} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

const Lines = ({ added, removed }: { readonly added: number; readonly removed: number }) => (
  <span class="lines num">
    {added > 0 && <span class="added">+{added}</span>}
    {removed > 0 && <span class="removed">−{removed}</span>}
  </span>
);
