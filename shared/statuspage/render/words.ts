import type { ComponentStatus } from '../component-status.ts';
import type { PublicDay, PublicIncident } from '../statuspage-shape.ts';

export const STATUS_WORDS: Readonly<Record<ComponentStatus, string>> = {
  operational: 'Operational',
  under_maintenance: 'Under maintenance',
  unknown: 'Not known',
  degraded_performance: 'Degraded performance',
  partial_outage: 'Partial outage',
  major_outage: 'Major outage',
};

export const STATE_WORDS: Readonly<Record<PublicIncident['status'], string>> = {
  investigating: 'Investigating',
  identified: 'Identified',
  monitoring: 'Monitoring',
  resolved: 'Resolved',
};

const DAY = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});
const TIME = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

/** `3 Nov 2026` */
export const dayWords = (date: string): string => DAY.format(new Date(date));

/** `3 Nov 2026, 10:32 UTC` */
export const timeWords = (instant: string): string => {
  const at = new Date(instant);
  return `${DAY.format(at)}, ${TIME.format(at)} UTC`;
};

/** `42 min`, `3 h 5 min`, `1 d 2 h` */
export const lengthWords = (minutes: number): string => {
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  if (hours < 24) return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
};

/** `3 Nov 2026: Major outage; outage for 42 min`: all that the bar of a day says. */
export const barWords = ({
  date,
  status,
  outage_minutes,
  degraded_minutes,
  maintenance_minutes,
}: PublicDay): string => {
  const lengths = [
    ...(outage_minutes > 0 ? [`outage for ${lengthWords(outage_minutes)}`] : []),
    ...(degraded_minutes > 0 ? [`degraded for ${lengthWords(degraded_minutes)}`] : []),
    ...(maintenance_minutes > 0 ? [`maintenance for ${lengthWords(maintenance_minutes)}`] : []),
  ];
  const words = status === null ? 'No data' : STATUS_WORDS[status];
  return [`${dayWords(date)}: ${words}`, ...lengths].join('; ');
};
