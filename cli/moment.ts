import { InvalidArgumentError } from 'commander';

const UNIT_MS = { s: 1_000, min: 60_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const AGO = /^(\d{1,6}(?:\.\d{1,3})?)(s|min|m|h|d|w)$/;
const INSTANT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/;

const instant = (text: string): number => {
  if (!INSTANT.test(text)) return Number.NaN;
  const hasZone = text.length === 10 || /(Z|[+-]\d{2}:\d{2})$/.test(text);
  return Date.parse(hasZone ? text : `${text}Z`);
};

/** Reads a time of an option, epoch ms: `2h` ago, or an instant in UTC unless it says otherwise. */
export const moment =
  (now: () => number) =>
  (text: string): number => {
    const ago = AGO.exec(text);
    const unit = ago?.[2] as keyof typeof UNIT_MS | undefined;
    const at = unit ? now() - Number(ago?.[1]) * UNIT_MS[unit] : instant(text);
    if (Number.isFinite(at)) return Math.round(at);
    throw new InvalidArgumentError(
      'It takes a time ago such as 30min, 2h or 3d, or an instant such as 2026-11-03T14:00Z.',
    );
  };
