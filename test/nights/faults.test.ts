import { describe, expect, it } from 'vitest';
import { FAULTS } from './calls.ts';
import type { Trouble } from './network.ts';
import { at, createLibrary, play, spread } from './play.ts';
import { HOSTS, type Host } from './providers.ts';
import type { NightScript } from './script.ts';
import { NIGHTS } from './scripts.ts';

/**
 * `NIGHTS=all`: every fault at every call of every night, and every trouble at every host; an hour. Else a choice that
 * changes from night to night and not from run to run.
 */
const ALL = process.env.NIGHTS === 'all';
const POINTS = 6;
const HOURS = 4 * 60 * 60_000;

/** What fits into milliseconds; a storm and a long weekend are played once, without faults. */
const SHORT = NIGHTS.filter(({ name }) => name !== 'storm' && name !== 'holiday');
const libraryOf = createLibrary();
const named = SHORT.map((script, turn) => [script.title, script, turn] as const);

describe('one call of a night goes wrong', () => {
  it.each(named)(
    '%s',
    async (_title, script, turn) => {
      const written = libraryOf(script);
      const { night } = await play(script, { written });
      const { calls } = night.processes;
      const indices = ALL ? calls.keys() : spread(calls, POINTS, turn);
      for (const [choice, index] of [...indices].entries())
        for (const kind of ALL ? FAULTS : [FAULTS[(turn + choice) % FAULTS.length] ?? 'fails']) {
          const played = await play(script, { written, faults: at({ index, kind }) });
          expect({ index, kind, call: calls[index], wrong: played.wrong }).toMatchObject({ wrong: [] });
          expect(played.night.processes.faults).toHaveLength(1);
        }
    },
    ALL ? HOURS : undefined,
  );
});

const TROUBLES: Readonly<Record<string, Trouble>> = {
  '401': { kind: 'answer', status: 401 },
  '404': { kind: 'answer', status: 404 },
  '410': { kind: 'answer', status: 410 },
  '429 with a short Retry-After': { kind: 'answer', status: 429, headers: { 'retry-after': '2' } },
  '429 with a long Retry-After': { kind: 'answer', status: 429, headers: { 'retry-after': '3000' } },
  '503': { kind: 'answer', status: 503, body: '<html>Service Unavailable</html>' },
  'connections that are reset': { kind: 'reset' },
  silence: { kind: 'silence' },
};

/** Longer than any night. */
const FOR_GOOD = 1_000_000;

const withTrouble = (script: NightScript, host: Host, trouble: Trouble, [from, to]: Span): NightScript => ({
  ...script,
  calmMinutes: Math.max(90, script.calmMinutes),
  steps: [
    // Nobody can press a button in a message that never came.
    ...script.steps.filter(({ kind }) => host !== 'slack' || kind !== 'slack'),
    { minute: from, kind: 'trouble', host, trouble },
    { minute: to, kind: 'mended', host },
  ],
});

type Span = readonly [from: number, to: number];
const SPANS: readonly Span[] = [
  [0, 60],
  [8, 68],
  [0, FOR_GOOD],
  [8, FOR_GOOD],
];

describe('one channel is out of order', () => {
  const hosts = Object.keys(HOSTS) as Host[];
  it.each(
    hosts.flatMap((host) =>
      Object.entries(TROUBLES).map(([name, trouble]) => [host, name, trouble] as const),
    ),
  )(
    '%s: %s, for an hour and for good',
    async (host, name, trouble) => {
      const turn = hosts.indexOf(host) * 3 + Object.keys(TROUBLES).indexOf(name);
      const cases = SHORT.flatMap((script) => SPANS.map((span) => ({ script, span })));
      const chosen = ALL ? cases : cases.filter((_, index) => index % 29 === turn % 29);
      for (const { script, span } of chosen) {
        const { wrong } = await play(withTrouble(script, host, trouble, span), {
          written: libraryOf(script),
        });
        expect({ night: script.name, span, wrong }).toMatchObject({ wrong: [] });
      }
    },
    ALL ? HOURS : undefined,
  );
});
