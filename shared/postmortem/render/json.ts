import { isoInstant } from '../../clock.ts';
import { oneLine } from '../../notify/text.ts';
import type { Postmortem } from '../postmortem.ts';
import { documentOf, type RenderOptions } from './document.ts';

/** Raised when a reader of the document would have to change. */
const FORMAT_VERSION = 1;
const WORDS = 2_000;

/** Also safe inside a page's script element. */
const UNSAFE: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** Every text on one line and redacted, names of members included; numbers as they are. */
const safe = (value: unknown, show: (text: string) => string): unknown => {
  if (typeof value === 'string') return value === '' ? '' : show(value);
  if (Array.isArray(value)) return value.map((one) => safe(one, show));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [show(name), safe(one, show)]));
};

/**
 * The postmortem for programs: the numbers of `Postmortem`, times in epoch ms, and the runbook's table in words. What
 * of the incident is only Claywatch's own (what is owed, its version) is left out.
 */
export const renderJson = (postmortem: Postmortem, options: RenderOptions): string => {
  const { incident, ...rest } = postmortem;
  const { pending: _, deliveries: __, timeline: ___, version: ____, flap: _____, ...shown } = incident;
  const [summary] = documentOf(postmortem, options).sections;
  const table = summary?.blocks[0];
  const document = {
    incident: shown,
    summary: table?.kind === 'table' ? Object.fromEntries(table.rows) : {},
    ...rest,
  };
  const text = JSON.stringify(
    {
      formatVersion: FORMAT_VERSION,
      detectedAt: isoInstant(incident.detectedAt),
      ...(safe(document, (one) => oneLine(one, WORDS, options.knownHosts)) as object),
    },
    null,
    2,
  );
  return `${text.replace(/[<>&\u2028\u2029]/g, (character) => UNSAFE[character] ?? '')}\n`;
};
