import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askQuestions } from '../../cli/ask.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import { diagnose } from '../../shared/diagnose/diagnose.ts';
import { observation } from '../../shared/observe/observation.ts';
import { type ManualAnswers, refineTriage, type TriageReport } from '../../shared/triage/triage.ts';

const config = parseConfig({}, 'test');
const observations = [
  observation({
    probe: 'clay.api',
    surface: 'clay-api',
    subject: 'clay',
    finding: 'up',
    at: 0,
    durationMs: 1,
    summary: 'up',
  }),
];
const report: TriageReport = {
  startedAt: 0,
  wallMs: 1,
  slowest: null,
  confirm: false,
  webhookCheck: 'none',
  observations,
  untested: [],
  answers: {},
  diagnosis: diagnose([]),
};
const seen = refineTriage(report, config, {}, 0);

const UP = '\u001b[A';
const KEYS = { yes: [UP, UP, '\r'], no: [UP, '\r'], skip: ['\r'], leave: ['\u0003'] } as const;

/** A person who answers each question as it is put. */
const personWho = (answers: readonly (keyof typeof KEYS)[]) => {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const left = [...answers];
  let shown = '';
  stdout.on('data', (chunk: Buffer) => {
    const text = chunk.toString('utf8');
    shown += text;
    if (!text.includes('do not know') || !/\n.*do not know/s.test(text)) return;
    const next = left.shift();
    if (!next) return;
    setImmediate(() => {
      for (const key of KEYS[next]) stdin.write(key);
    });
  });
  const terminal = { stdin, stdout, stderr: stdout, env: {}, cwd: '/' } as unknown as Terminal;
  return { terminal, shown: () => shown };
};

const given: ManualAnswers[] = [];
const refine = (answers: ManualAnswers) => {
  given.push(answers);
  return refineTriage(seen, config, answers, 0);
};

describe('asking a person', () => {
  it('puts every question with where to look, and refines the diagnosis by the answers', async () => {
    const person = personWho(['no', 'no', 'skip', 'skip']);
    const refined = await askQuestions(seen, refine, person.terminal);
    expect(person.shown()).toContain('red error cells');
    expect(person.shown()).toContain('Run settings');
    expect(refined.answers).toEqual({ 'red-cells': 'no', 'auto-run': 'no' });
    expect(refined.diagnosis.primary?.cause).toBe('enrichment.stalled');
  });

  it('ends when the person leaves, and keeps what was answered', async () => {
    const person = personWho(['yes', 'leave']);
    const refined = await askQuestions(seen, refine, person.terminal);
    expect(refined.answers).toEqual({ 'red-cells': 'yes' });
  });

  it('does not take "do not know" for an answer', async () => {
    const person = personWho(['skip', 'skip', 'skip', 'skip']);
    expect((await askQuestions(seen, refine, person.terminal)).answers).toEqual({});
  });
});
