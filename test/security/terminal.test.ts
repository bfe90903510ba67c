import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { renderLetter, renderLetterJson, renderLetters } from '../../cli/render/dead-letters.ts';
import { renderError, renderErrorJson } from '../../cli/render/error.ts';
import {
  renderDraft,
  renderIncident,
  renderIncidentJson,
  renderIncidents,
} from '../../cli/render/incidents.ts';
import { jsonText } from '../../cli/render/text.ts';
import type { StoreSource } from '../../cli/store.ts';
import { ClaywatchError } from '../../shared/errors.ts';
import type { DeadLetter } from '../../shared/relay/keeping.ts';
import { NOON, opened } from '../incident/fixtures.ts';

/** Moves the cursor, sets the title of the window, writes to the clipboard, turns text round, hides it. */
const ATTACKS = [
  '\u001b[2J\u001b[1;1Hfine',
  '\u001b]0;owned\u0007',
  '\u001b]52;c;ZWNobw==\u001b\\',
  '\u009b31m\u009d0;owned\u009c',
  '\r\u0008\u0008\u0008\u007f',
  '\u202eevil\u2066\u200b\ufeff',
  '\u2028\u2029\u{e0041}',
];
const TEXT = ATTACKS.join('a');
/** Whatever a terminal obeys, or that hides or turns round what follows; a line may end. */
const OBEYED = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const page = { style: pc.createColors(false), width: 80 };
const source: StoreSource = {
  store: { kind: 'local', dir: 'state' },
  config: null,
} as unknown as StoreSource;
const seen = { source, now: NOON };
const incident = {
  ...opened(),
  subject: TEXT,
  summary: TEXT,
  assignee: TEXT,
  timeline: opened().timeline.map((entry) => ({
    ...entry,
    text: TEXT,
    by: { name: TEXT, via: 'link' as const },
  })),
};
const letter: DeadLetter = {
  feed: 'leads',
  id: `row-${TEXT}`,
  at: NOON,
  reason: 'bad-request',
  fault: 'row',
  status: 400,
  webhook: TEXT,
  detail: TEXT,
  locked: false,
  body: TEXT,
  row: null,
} as unknown as DeadLetter;
const fault = new Error(`Unexpected token in ${TEXT}`);
const told = new ClaywatchError('usage.invalid', `No ${TEXT}\n  is there.`, `Try ${TEXT}.`);

const OUTPUTS: Readonly<Record<string, () => string>> = {
  'the list of incidents': () => renderIncidents([incident], { ...seen, all: true }, page),
  'an incident': () => renderIncident(incident, seen, page),
  'an incident as JSON': () => renderIncidentJson(incident, source),
  'a draft': () => renderDraft({ subject: TEXT, text: `one\n${TEXT}`, needsConfirmation: true } as never),
  'the list of dead letters': () =>
    renderLetters({ feed: TEXT, letters: [letter], reasons: [], total: 1 }, source, NOON, page),
  'a dead letter, revealed': () => renderLetter(letter, true, NOON, page),
  'a dead letter as JSON, revealed': () => renderLetterJson(letter, true, source),
  'a fault of somebody else': () => renderError(fault, page.style),
  'an error': () => renderError(told, page.style),
  'an error as JSON': () => renderErrorJson(told, 70),
};

describe('the command line', () => {
  it.each(Object.entries(OUTPUTS))('shows nothing that a terminal obeys: %s', (_, output) => {
    const text = output();
    expect(text).toContain('owned');
    expect(text).not.toMatch(OBEYED);
  });

  it('writes JSON that says the same to programs', () => {
    const document = { text: TEXT, [TEXT]: [TEXT, { deep: TEXT }] };
    expect(jsonText(document)).not.toMatch(OBEYED);
    expect(JSON.parse(jsonText(document))).toEqual(document);
  });

  it('keeps the lines of an error that has several', () => {
    expect(renderError(told, page.style)).toMatch(/\n {2}is there\.\n/);
  });
});
