const circle = 'M13.8 8A5.8 5.8 0 1 1 2.2 8a5.8 5.8 0 0 1 11.6 0Z';
const page = 'M9 1.8H4.2v12.4h7.6V4.6ZM9 1.8v2.8h2.8';

/** Line icons on a grid of 16, 1.2 wide, in the colour of the text. */
const paths = {
  archive: 'M2 3h12v3H2ZM3 6v7.4h10V6M6.4 8.6h3.2',
  ask: 'M8 1.9 14.3 13H1.7ZM8 6v3.4M8 11.1v.2',
  at: 'M10.4 8a2.4 2.4 0 1 1-4.8 0 2.4 2.4 0 0 1 4.8 0ZM10.4 5.6v3.2c0 2.2 3.2 2 3.2-.8a5.6 5.6 0 1 0-2.4 4.6',
  chat: 'M2 2.8h12v8.4H7.4L4.6 13.8v-2.6H2Z',
  check: 'm3 8.5 3.2 3.2L13 4.8',
  clock: `${circle}M8 4.6V8l2.4 1.6`,
  close: 'm4 4 8 8M12 4l-8 8',
  copy: 'M5.4 5.4h8v8.4h-8ZM10.6 5.4V2.2h-8v8.4h2.8',
  diff: 'M8 2.4v5.2M5.4 5h5.2M5.4 12.4h5.2',
  done: `${circle}m-8.4.2 1.8 1.8 3.4-3.6`,
  down: 'M3.5 6 8 10.5 12.5 6',
  edit: 'm10.6 2.6 2.8 2.8-7.6 7.6-3.4.6.6-3.4ZM9 4.2 11.8 7',
  end: 'M8 3v9.6M4 8.8l4 4 4-4',
  fail: `${circle}M5.9 5.9l4.2 4.2M10.1 5.9l-4.2 4.2`,
  file: page,
  files: 'M10 1.8H6v9.4h7.2V5ZM10 1.8V5h3.2M3.6 4.4v9.8h6.8',
  flag: 'M3.8 14V2.4M3.8 3h8.4l-2 2.8 2 2.8H3.8',
  fold: 'M2.4 8h11.2M8 1.8v3.8M6 3.8l2 2 2-2M8 14.2v-3.8M6 12.2l2-2 2 2',
  fork: 'M6 3.6a1.6 1.6 0 1 1-3.2 0 1.6 1.6 0 0 1 3.2 0ZM6 12.4a1.6 1.6 0 1 1-3.2 0 1.6 1.6 0 0 1 3.2 0ZM13.2 5.4a1.6 1.6 0 1 1-3.2 0 1.6 1.6 0 0 1 3.2 0ZM4.4 5.2v5.6M11.6 7c0 2.6-7.2 1.6-7.2 3.8',
  globe: `${circle}M2.2 8h11.6M8 2.2c4 3.4 4 8.2 0 11.6-4-3.4-4-8.2 0-11.6`,
  image: 'M2 2.8h12v10.4H2ZM2.4 11.6l3.4-3.4 2.4 2.4 2-2 3.4 3.2',
  inbox: 'M8 1.8v6.6M5.4 6 8 8.6 10.6 6M2.2 9v4.6h11.6V9',
  info: `${circle}M8 7.3v3.6M8 5.1v.2`,
  insert: 'M2 4h4.5M2 12h4.5M13.8 2.6v10.8M2 8h8.6M8 5.4 10.6 8 8 10.6',
  lock: 'M3.4 7h9.2v6.6H3.4ZM5.4 7V4.8a2.6 2.6 0 0 1 5.2 0V7',
  prompt: 'M4.5 4 8.5 8l-4 4M9.5 12h3',
  redo: 'M12.9 6.2A5.4 5.4 0 1 0 13.4 9M13.2 2.8v3.4H9.8',
  right: 'M6 3.5 10.5 8 6 12.5',
  run: 'M8 2.2A5.8 5.8 0 1 1 2.2 8',
  search: 'M11 6.8a4.2 4.2 0 1 1-8.4 0 4.2 4.2 0 0 1 8.4 0ZM10 10l3.8 3.8',
  send: 'M8 13V3.4M4 7.2l4-4 4 4',
  shield: 'M8 1.8 13 3.6v4c0 3.4-2.2 5.4-5 6.6-2.8-1.2-5-3.2-5-6.6v-4Z',
  steer: 'M3 3v4.4a2 2 0 0 0 2 2h8M10 6.4l3 3-3 3',
  stop: 'M4.2 4.2h7.6v7.6H4.2Z',
  terminal: 'M1.8 2.8h12.4v10.4H1.8ZM4.4 6l2 2-2 2M8 10.2h3.2',
  think: 'M6 12.2h4M6.6 14.2h2.8M6 12.2c0-2-2.2-2.6-2.2-5.8a4.2 4.2 0 0 1 8.4 0c0 3.2-2.2 3.8-2.2 5.8',
  todo: circle,
  tool: 'M10.2 2.4a3.6 3.6 0 0 0-3.4 4.8l-4.4 4.4 2 2 4.4-4.4a3.6 3.6 0 0 0 4.8-3.4l-2 .8-1.6-1.6.8-2Z',
  trash: 'M2.6 4.2h10.8M6 4.2V2.4h4v1.8M4 4.2l.6 9.4h6.8l.6-9.4M6.8 6.8v4.2M9.2 6.8v4.2',
  up: 'M3.5 10 8 5.5 12.5 10',
} as const;
export type IconName = keyof typeof paths;

/** An icon without a meaning of its own for a screen reader: the words stand beside it. */
export function Icon({ name, class: style = '' }: { readonly name: IconName; readonly class?: string | undefined }) {
  return (
    <svg class={`icon ${name === 'stop' ? 'filled' : ''} ${style}`} viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
