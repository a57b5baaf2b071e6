import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icon.js';

interface NoticeProps {
  readonly title: string;
  readonly icon?: IconName;
  /** `bad` is a failure and is spoken at once; `need` waits for the person; `calm` only informs. */
  readonly tone: 'bad' | 'need' | 'calm';
  readonly aside?: string | undefined;
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
}

const icons: Record<NoticeProps['tone'], IconName> = { bad: 'fail', need: 'ask', calm: 'info' };
const styles: Record<NoticeProps['tone'], string> = { bad: 'is-fail', need: 'is-ask', calm: '' };

/** What happened, what is kept, what to do. */
export function Notice({ title, icon, tone, aside, children, actions }: NoticeProps) {
  return (
    <section class={`card ${tone}`} role={tone === 'bad' ? 'alert' : 'group'} aria-label={title}>
      <header>
        <Icon name={icon ?? icons[tone]} class={styles[tone]} />
        <span>{title}</span>
        {aside !== undefined && <span class="aside num">{aside}</span>}
      </header>
      <div class="inside">
        {children}
        {actions !== undefined && <div class="actions">{actions}</div>}
      </div>
    </section>
  );
}
