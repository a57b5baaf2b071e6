import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PromptCommandInfo } from '../../src/model/promptCommand.js';
import type { Attachment } from '../../src/protocol/messages.js';
import type { Mentions } from '../completion.js';
import { readPictures } from '../pictures.js';
import { promptHistory, stepHistory } from '../promptHistory.js';
import { CompletionList, completionId, useCompletion } from './completionList.js';
import { IconButton } from './controls.js';
import { focusHere } from './focusHere.js';
import { Icon } from './icon.js';
import { usePanel } from './panelContext.js';
import { Picker, type Choice } from './picker.js';

export interface Pick {
  readonly choices: readonly Choice[];
  readonly value: string;
  /** What the button says of it, where that is not its label. */
  readonly word?: string | undefined;
  readonly onPick: (id: string) => void;
  /** Why it cannot be changed now. */
  readonly fixed?: string | undefined;
  /** Asks elsewhere, in place of a list here. */
  readonly onOpen?: (() => void) | undefined;
  /** Hears that the list is looked at. */
  readonly onShow?: (() => void) | undefined;
}

interface ComposerProps {
  readonly draft: string;
  readonly onDraft: (text: string) => void;
  readonly onSend: (text: string) => void;
  /** Ends the running turn and goes on with this. */
  readonly onSteer: (text: string) => void;
  readonly onStop: () => void;
  readonly placeholder: string;
  readonly running: boolean;
  readonly attachments: readonly Attachment[];
  /** What a prompt may begin with, after a slash. */
  readonly commands: readonly PromptCommandInfo[];
  /** Files and sessions that it may name, after an `@`. */
  readonly mentions: Mentions | undefined;
  /** Earlier prompts, oldest first. */
  readonly prompts: readonly string[];
  readonly agent: Pick;
  readonly model: Pick | undefined;
  readonly thinking: Pick | undefined;
  readonly mode: Pick;
  /** Why nothing can be sent; the field is closed then. */
  readonly closed?: string | undefined;
  /** Rises when the host wants the focus here. */
  readonly focusRequests: number;
}

/** Where the person writes. Enter sends, or queues while a turn runs, Ctrl+Enter steers it; Shift+Enter is a new line. */
export function Composer(props: ComposerProps) {
  const { draft, onDraft, onSend, onSteer, onStop, running, attachments, agent, model, thinking, mode, closed } = props;
  const { post, dispatch } = usePanel();
  const field = useRef<HTMLTextAreaElement>(null);
  const onHistoryKey = useHistoryKeys(props);
  const [caret, setCaret] = useState(draft.length);
  const wanted = useRef<number>(undefined);
  const completion = useCompletion({
    ...{ draft, caret, commands: props.commands, mentions: props.mentions },
    onTake: (text, at) => {
      wanted.current = at;
      onDraft(text);
    },
  });
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    if (wanted.current !== undefined) element.setSelectionRange(wanted.current, wanted.current);
    wanted.current = undefined;
    setCaret(element.selectionEnd);
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [draft]);
  const seenRequests = useRef(props.focusRequests);
  useEffect(() => {
    const element = field.current;
    if (!element) return undefined;
    element.setSelectionRange(element.value.length, element.value.length);
    if (props.focusRequests === seenRequests.current) return focusHere(element);
    seenRequests.current = props.focusRequests;
    element.focus();
    return undefined;
  }, [props.focusRequests]);

  const text = draft.trim();
  const send = (): void => {
    if (text !== '' && closed === undefined) onSend(text);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // Enter also ends a composition of an input method; that is not ours.
    if (event.isComposing) return;
    if (completion.onKey(event)) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      event.stopPropagation();
      if (running && (event.ctrlKey || event.metaKey) && text !== '' && closed === undefined) onSteer(text);
      else send();
    } else onHistoryKey(event);
  };
  const take = (event: Event, files: FileList | undefined): void => {
    if (!files || files.length === 0 || closed !== undefined) return;
    event.preventDefault();
    void readPictures([...files]).then(({ attachments: pictures, refused }) => {
      for (const attachment of pictures) dispatch({ kind: 'attach', attachment });
      if (refused.length > 0) dispatch({ kind: 'error', message: refused.join('. ') });
    });
  };
  return (
    <div
      class="composer"
      data-region="composer"
      onDragOver={(event) => event.dataTransfer?.types.includes('Files') && event.preventDefault()}
      onDrop={(event) => take(event, event.dataTransfer?.files)}
    >
      <CompletionList {...completion} />
      {attachments.length > 0 && (
        <div class="chips">
          {attachments.map(({ uri, title, picture }) => (
            <span class="chip" key={uri} title={picture ? title : uri}>
              <Icon name={picture ? 'image' : 'file'} />
              <span>{title}</span>
              <button type="button" aria-label={`Remove ${title}`} onClick={() => dispatch({ kind: 'detach', uri })}>
                <Icon name="close" />
              </button>
            </span>
          ))}
        </div>
      )}
      <textarea
        ref={field}
        rows={1}
        value={draft}
        aria-label="Message"
        placeholder={closed ?? props.placeholder}
        disabled={closed !== undefined}
        aria-autocomplete="list"
        aria-controls={completion.items.length > 0 ? 'completion' : undefined}
        aria-activedescendant={completion.items[completion.active] ? completionId(completion.active) : undefined}
        onInput={(event) => {
          setCaret(event.currentTarget.selectionEnd);
          onDraft(event.currentTarget.value);
        }}
        onKeyUp={(event) => setCaret(event.currentTarget.selectionEnd)}
        onClick={(event) => setCaret(event.currentTarget.selectionEnd)}
        onKeyDown={onKeyDown}
        onPaste={(event) => take(event, event.clipboardData?.files)}
      />
      <div class="composer-row">
        <Picker name="Agent" {...pickerOf(agent)} />
        {model && <Picker name="Model" {...pickerOf(model)} />}
        {thinking && <Picker name="Thinking" icon="think" {...pickerOf(thinking)} />}
        <Picker name="Mode" icon="shield" {...pickerOf(mode)} />
        <span class="space" />
        <IconButton icon="at" label="Add a file" disabled={closed !== undefined} onClick={() => post({ kind: 'pickFile' })} />
        {running && text === '' ? (
          <IconButton icon="stop" class="stop" label="Stop (Esc)" onClick={onStop} />
        ) : (
          <IconButton
            icon="send"
            class={text === '' ? '' : 'go'}
            label={running ? 'Queue (Enter)' : 'Send (Enter)'}
            disabled={text === '' || closed !== undefined}
            onClick={send}
          />
        )}
      </div>
    </div>
  );
}

const pickerOf = ({ fixed, ...pick }: Pick) => ({ ...pick, disabled: fixed !== undefined, why: fixed });

/** Up and Down walk through earlier prompts, as long as the field is empty or shows one of them unchanged. */
function useHistoryKeys({ draft, onDraft, prompts }: ComposerProps): (event: KeyboardEvent) => void {
  const [place, setPlace] = useState<{ readonly history: ReturnType<typeof promptHistory>; readonly text: string }>();
  return (event) => {
    if ((event.key !== 'ArrowUp' && event.key !== 'ArrowDown') || event.altKey || event.ctrlKey || event.shiftKey || event.metaKey) return;
    const current = place?.text === draft ? place.history : draft === '' ? promptHistory(prompts) : undefined;
    const next = current && stepHistory(current, event.key === 'ArrowUp' ? -1 : 1);
    if (!next) return;
    event.preventDefault();
    setPlace(next);
    onDraft(next.text);
  };
}
