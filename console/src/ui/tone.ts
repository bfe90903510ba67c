/** What a colour means. It is never the only sign: words or a shape stand beside it. */
export type Tone = 'quiet' | 'good' | 'note' | 'warn' | 'serious' | 'bad' | 'accent';

export const SEVERITY_TONES = { P1: 'bad', P2: 'serious', P3: 'warn', P4: 'note' } as const satisfies Record<
  string,
  Tone
>;

export const INCIDENT_STATUS_TONES: Readonly<Record<string, Tone>> = {
  triggered: 'bad',
  acknowledged: 'note',
  mitigated: 'warn',
  resolved: 'good',
  reviewed: 'quiet',
};

export const STAGE_TONES = {
  working: 'good',
  slow: 'warn',
  held: 'serious',
  broken: 'bad',
  unknown: 'quiet',
} as const satisfies Record<string, Tone>;

export const FLOW_TONES = {
  flowing: 'good',
  degraded: 'warn',
  stopped: 'bad',
  idle: 'quiet',
  unknown: 'quiet',
} as const satisfies Record<string, Tone>;

export const STANDING_TONES = {
  open: 'good',
  warn: 'warn',
  rotate: 'serious',
  full: 'bad',
} as const satisfies Record<string, Tone>;

export const LEVEL_TONES = {
  fine: 'good',
  low: 'warn',
  'very-low': 'serious',
  critical: 'bad',
  exhausted: 'bad',
} as const satisfies Record<string, Tone>;
