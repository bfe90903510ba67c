/** Drawn on a grid of 16, with lines of 1.5. */
const PATHS = {
  overview: 'M2 8h3l2-4.5 2.5 9L11.5 8H14',
  feeds: 'M2.5 4h11M2.5 8h7M2.5 12h9',
  credits:
    'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2ZM10 6.2C9.6 5.5 8.9 5.2 8 5.2c-1.2 0-2 .6-2 1.4 0 2 4 .9 4 2.9 0 .8-.8 1.4-2 1.4-.9 0-1.7-.4-2.1-1.1M8 4v8',
  incidents: 'M8 2.5 14 13H2L8 2.5ZM8 6.5v3M8 11.2v.1',
  operations:
    'M3 4.5h5M11.5 4.5H13M3 11.5h1.5M8 11.5h5M9.7 2.8a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4ZM6.3 9.8a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4Z',
  audit: 'M4 2.5h8v11H4zM6.3 5.5h3.4M6.3 8h3.4M6.3 10.5h2',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  sender: 'M2.5 8h8M7.5 4.5 11 8l-3.5 3.5M13.5 3v10',
  relay: 'M3 5h7.5M8 2.5 10.5 5 8 7.5M13 11H5.5M8 8.5 5.5 11 8 13.5',
  queue: 'M2.5 4h11M2.5 8h11M2.5 12h11',
  webhook: 'M8 2.5v6M5 5.8 8 8.8l3-3M3 10.5v3h10v-3',
  table: 'M2.5 3h11v10h-11zM2.5 6.3h11M6.2 6.3V13',
  callback: 'M13.5 8h-8M8.5 4.5 5 8l3.5 3.5M2.5 3v10',
  check: 'M3 8.5 6.5 12 13 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
  alert: 'M8 4.2v4.6M8 11.5v.1',
  pause: 'M5.8 4v8M10.2 4v8',
  clock: 'M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2ZM8 5v3.2l2 1.4',
  question: 'M6 6.2C6 5 6.9 4.2 8 4.2s2 .8 2 1.9c0 1.5-2 1.6-2 3.1M8 11.7v.1',
  arrow: 'M3 8h9.5M9 4.5 12.5 8 9 11.5',
  back: 'M13 8H3.5M7 4.5 3.5 8 7 11.5',
  chevron: 'M6 4l4 4-4 4',
  down: 'M4 6l4 4 4-4',
  plus: 'M8 3.5v9M3.5 8h9',
  copy: 'M6 6h7v7H6zM3.5 10H3V3h7v.5',
  download: 'M8 2.5v7.5M5 7.2 8 10.2l3-3M3 13.2h10',
  external: 'M7 3.5H3.5v9h9V9M9.5 3H13v3.5M13 3 7.8 8.2',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM8 1.8v1.2M8 13v1.2M1.8 8H3M13 8h1.2M3.6 3.6l.9.9M11.5 11.5l.9.9M3.6 12.4l.9-.9M11.5 4.5l.9-.9',
  moon: 'M13 9.6A5.5 5.5 0 0 1 6.4 3a5.5 5.5 0 1 0 6.6 6.6Z',
  system: 'M2.5 3.5h11v7.5h-11zM6 13.5h4M8 11v2.5',
  person: 'M8 2.8a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2ZM3 13.5c.5-2.4 2.5-3.7 5-3.7s4.5 1.3 5 3.7',
  leave: 'M9.5 3H3v10h6.5M7 8h6.5M11 5.5 13.5 8 11 10.5',
  rows: 'M2.5 3h11v10h-11zM2.5 6.3h11M2.5 9.7h11',
  chart: 'M2.5 2.5v11h11M5 10.500l2.5-3.5 2 2 3.5-4.5',
  send: 'M13.5 2.5 7 9M13.5 2.5 9.5 13.5 7 9 2.5 6.5z',
  play: 'M5 3.5 12 8l-7 4.5z',
} as const;

export type IconName = keyof typeof PATHS;

/** Beside words: screen readers do not hear it. */
export const Icon = ({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) => (
  <svg class="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
    <path
      d={PATHS[name]}
      fill="none"
      stroke="currentColor"
      stroke-width={name === 'more' ? 2 : 1.5}
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>
);
