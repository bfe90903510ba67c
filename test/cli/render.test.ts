import fc from 'fast-check';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { checkLines } from '../../cli/render/checks.ts';
import { hang, wrap } from '../../cli/render/text.ts';
import { renderDiagnosis } from '../../cli/render/triage.ts';
import { styleOf, type Terminal, widthOf } from '../../cli/terminal.ts';
import { CAUSE_IDS } from '../../shared/cause.ts';
import { diagnose } from '../../shared/diagnose/diagnose.ts';
import type { Diagnosis, Verdict } from '../../shared/diagnose/verdict.ts';
import { observation } from '../../shared/observe/observation.ts';
import type { TriageReport } from '../../shared/triage/triage.ts';

const plainPage = (width: number) => ({ style: pc.createColors(false), width });
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constant('\u001b[31mred\u001b[0m\r\n\u202e'),
);

const seen = (summary: string, probe: string) =>
  observation({
    probe,
    surface: 'clay-web',
    subject: 'clay',
    finding: 'server-error',
    at: 0,
    durationMs: 12_345,
    summary,
    phases: { dnsMs: 1, connectMs: 2, tlsMs: 3, firstByteMs: 9_999, totalMs: 10_000 },
  });

const reportOf = (diagnosis: Diagnosis): TriageReport => ({
  startedAt: 0,
  wallMs: 1_000,
  slowest: { probe: 'clay.web', durationMs: 900 },
  confirm: false,
  webhookCheck: 'none',
  observations: [],
  untested: [],
  answers: {},
  diagnosis,
});

describe('text for a terminal', () => {
  it('never loses a word and never exceeds its width', () => {
    fc.assert(
      fc.property(fc.lorem({ maxCount: 40 }), fc.integer({ min: 20, max: 80 }), (words, width) => {
        const lines = wrap(words, width);
        expect(lines.every((line) => line.length <= width)).toBe(true);
        expect(lines.join(' ').split(/\s+/)).toEqual(words.split(/\s+/));
      }),
    );
  });

  it('from outside cannot steer the terminal, forge a line or widen the page', () => {
    fc.assert(
      fc.property(text, text, fc.integer({ min: 40, max: 80 }), (summary, probe, width) => {
        const lines = [
          ...hang('  - ', summary, width),
          ...checkLines(
            [seen(summary, `p:${probe}`)],
            [{ probe: 'w', subject: 's', url: 'ok', summary, durationMs: 0 }],
            plainPage(width),
          ),
        ];
        for (const line of lines) {
          expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          expect([...line].length).toBeLessThanOrEqual(width);
        }
      }),
    );
  });
});

describe('the diagnosis for people', () => {
  const healthy = diagnose([]);
  const verdictOf = (cause: Verdict['cause']): Verdict => ({
    cause,
    subject: 'leads/leads-1',
    severity: 'P1',
    summary: 'It is broken.',
    evidence: [],
    ruledOut: [],
    wouldChange: [],
    tentative: false,
  });

  it.each(CAUSE_IDS)('has next steps for %s within 80 columns', (cause) => {
    const primary = verdictOf(cause);
    const page = renderDiagnosis(
      reportOf({ ...healthy, conclusion: 'problem', primary, verdicts: [primary] }),
      plainPage(80),
    );
    expect(page).toContain('\nNext steps\n  1.  ');
    for (const line of page.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });
});

describe('the terminal', () => {
  const terminal = (stdout: object, env: Record<string, string> = {}): Terminal =>
    ({ stdin: {}, stderr: {}, stdout, env, cwd: '/' }) as unknown as Terminal;

  it.each([
    ['a terminal', { isTTY: true }, {}, true],
    ['a pipe', {}, {}, false],
    ['a terminal with NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, false],
    ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, false],
  ])('gets colours: %s', (_, stdout, env, coloured) => {
    expect(styleOf(terminal(stdout, env)).red('x') !== 'x').toBe(coloured);
  });

  it('is used up to 80 columns', () => {
    expect(
      [{}, { columns: 200 }, { columns: 60 }, { columns: 3 }].map((stdout) => widthOf(terminal(stdout))),
    ).toEqual([80, 80, 60, 40]);
  });
});
