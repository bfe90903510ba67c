import { relative } from 'node:path';
import { createSecretReader } from '../shared/aws/secrets/reader.ts';
import { systemClock } from '../shared/clock.ts';
import { findConfig, loadConfig } from '../shared/config/load.ts';
import { parseConfig } from '../shared/config/parse.ts';
import type { Config } from '../shared/config/schema.ts';
import { createNodeClient } from '../shared/http/node-client.ts';
import { type RunbookVariable, withRunbookVariables } from '../shared/triage/runbook-variables.ts';
import { refineTriage, runTriage, type TriageReport } from '../shared/triage/triage.ts';
import { priceOfRows } from '../shared/triage/webhooks.ts';
import type { TriageFlags } from './commands/triage.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { createProgress } from './render/progress.ts';
import { isInteractive, styleOf, type Terminal, widthOf } from './terminal.ts';
import { VERSION } from './version.ts';

/** What the checks are made from, and how to call it. */
export interface TriageSource {
  /** The path of the file as it was given or found; null without one. */
  readonly file: string | null;
  readonly variables: readonly RunbookVariable[];
}

const findHere = async (directory: string): Promise<string | null> => {
  const found = await findConfig(directory);
  return found === null ? null : relative(directory, found);
};

const readConfig = async (
  flags: TriageFlags,
  terminal: Terminal,
): Promise<{ readonly config: Config; readonly source: TriageSource }> => {
  const file = flags.config === false ? null : (flags.config ?? (await findHere(terminal.cwd)));
  const written = file === null ? parseConfig({}, 'no configuration') : await loadConfig(file);
  const { config, used } = withRunbookVariables(written, terminal.env);
  return { config, source: { file, variables: used } };
};

const look = async (config: Config, flags: TriageFlags, terminal: Terminal): Promise<TriageReport> => {
  const progress = createProgress(terminal, flags.json);
  try {
    return await runTriage(
      config,
      {
        http: createNodeClient({ version: VERSION }),
        clock: systemClock,
        secrets: createSecretReader({ env: terminal.env, clock: systemClock }),
        onStart: progress.start,
        onObservation: (_, probe) => progress.done(probe),
      },
      { confirm: flags.confirm, webhookCheck: flags.webhookCheck },
    );
  } finally {
    progress.clear();
  }
};

/** What is about to be sent is said before it is sent; so is that there is nothing to send it to. */
const announceWebhookCheck = (config: Config, flags: TriageFlags, terminal: Terminal): void => {
  if (flags.webhookCheck === 'none') return;
  const prices = priceOfRows(config);
  if (prices.length === 0) terminal.stderr.write('no webhook is configured: there is none to check\n');
  if (flags.webhookCheck === 'row') for (const price of prices) terminal.stderr.write(`sending ${price}\n`);
};

/** Shows the checks, asks what only a person can see, and shows where that leads. */
const tellPerson = async (
  seen: TriageReport,
  config: Config,
  source: TriageSource,
  flags: TriageFlags,
  terminal: Terminal,
): Promise<TriageReport> => {
  const { renderChecks, renderDiagnosis, renderSoFar } = await import('./render/triage.ts');
  const page = { style: styleOf(terminal), width: widthOf(terminal) };
  terminal.stdout.write(renderChecks(seen, source, page));
  let report = seen;
  const asks = flags.input && isInteractive(terminal) && seen.diagnosis.questions.length > 0;
  if (asks) {
    const { askQuestions } = await import('./ask.ts');
    terminal.stdout.write(renderSoFar(seen, page));
    report = await askQuestions(
      seen,
      (answers) => refineTriage(seen, config, answers, systemClock.now()),
      terminal,
    );
  }
  terminal.stdout.write(renderDiagnosis(report, page));
  return report;
};

/** `claywatch triage`. Throws ClaywatchError for a configuration or an environment that cannot be used. */
export const triage = async (flags: TriageFlags, terminal: Terminal): Promise<ExitCode> => {
  const { config, source } = await readConfig(flags, terminal);
  announceWebhookCheck(config, flags, terminal);
  const seen = await look(config, flags, terminal);
  // Loaded only now: what shows the result must not take time from those who measure the answers.
  if (flags.json) {
    const { renderTriageJson } = await import('./render/triage-json.ts');
    const code = EXIT[seen.diagnosis.conclusion];
    terminal.stdout.write(renderTriageJson(seen, source, { version: VERSION, exitCode: code }));
    return code;
  }
  const report = await tellPerson(seen, config, source, flags, terminal);
  return EXIT[report.diagnosis.conclusion];
};
