import type { ComponentChildren } from 'preact';
import './badge.css';
import { humanize } from '../format.ts';
import { cx } from './class-names.ts';
import { Icon, type IconName } from './icon.tsx';
import { INCIDENT_STATUS_TONES, SEVERITY_TONES, type Tone } from './tone.ts';

/** A word with a tone. */
export const Badge = ({
  tone = 'quiet',
  icon,
  children,
  title,
}: {
  readonly tone?: Tone;
  readonly icon?: IconName;
  readonly children: ComponentChildren;
  readonly title?: string;
}) => (
  <span class={cx('badge', `tone-${tone}`)} title={title}>
    {icon && <Icon name={icon} size={12} />}
    {children}
  </span>
);

const SEVERITY_WORDS = {
  P1: 'the flow of rows is stopped',
  P2: 'degraded',
  P3: 'minor impact',
  P4: 'no impact on users',
} as const;

export const SeverityBadge = ({ severity }: { readonly severity: keyof typeof SEVERITY_TONES }) => (
  <span
    class={cx('badge', 'severity', `tone-${SEVERITY_TONES[severity]}`)}
    title={`${severity}: ${SEVERITY_WORDS[severity]}`}
  >
    <span class="visually-hidden">Severity </span>
    {severity}
  </span>
);

export const IncidentStatusBadge = ({ status }: { readonly status: string }) => (
  <Badge tone={INCIDENT_STATUS_TONES[status] ?? 'quiet'}>{humanize(status)}</Badge>
);

const SHAPES: Readonly<Record<Tone, IconName>> = {
  good: 'check',
  note: 'clock',
  warn: 'clock',
  serious: 'pause',
  bad: 'cross',
  quiet: 'question',
  accent: 'check',
};

/** A small sign whose shape says the same as its colour; words stand beside it. */
export const StateDot = ({ tone, shape }: { readonly tone: Tone; readonly shape?: IconName }) => (
  <span class={cx('state-dot', `tone-${tone}`)}>
    <Icon name={shape ?? SHAPES[tone]} size={10} />
  </span>
);
