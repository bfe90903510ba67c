import { parseArgs } from 'node:util';
import { distance } from 'fastest-levenshtein';
import pc from 'picocolors';
import { DRILLS } from './catalogue.ts';
import type { Drill } from './drill.ts';
import { type DrillIncident, type DrillResult, runDrill } from './run.ts';

const HELP = `Plays scripted faults against the real code, in virtual time, and holds the outcome against the known right answer.

Usage
  npm run drill                     every drill
  npm run drill -- outage relapse   some of them
  npm run drill -- --list           what there is
  npm run drill -- --json           one JSON document on standard output

Ends with 0 when every drill gave the right answer, 1 when one did not, 64 for wrong usage.`;

const usage = (problem: string): never => {
  console.error(`error usage.invalid: ${problem}\nSee npm run drill -- --help.`);
  process.exit(64);
};

const options = (() => {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        list: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    return usage(error instanceof Error ? error.message : String(error));
  }
})();

const select = (names: readonly string[]): readonly Drill[] =>
  names.length === 0
    ? DRILLS
    : names.map((name) => {
        const found = DRILLS.find((drill) => drill.name === name);
        if (found) return found;
        const nearest = [...DRILLS].sort((a, b) => distance(a.name, name) - distance(b.name, name))[0];
        return usage(`there is no drill "${name}"; did you mean "${nearest?.name}"?`);
      });

const duration = (seconds: number | null): string => {
  if (seconds === null) return 'open';
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
};

const incidentLine = (one: DrillIncident): string =>
  [
    `      ${one.severity} ${one.cause} (${one.subject})`,
    `told after ${duration(one.notifiedAfterSeconds)}`,
    one.resolvedAfterSeconds === null ? 'still open' : `resolved after ${duration(one.resolvedAfterSeconds)}`,
    `${one.messages.length} messages${one.sms > 0 ? `, ${one.sms} by SMS` : ''}`,
  ].join(' · ');

const print = (result: DrillResult): void => {
  const mark = result.passed ? pc.green('✓') : pc.red('✗');
  console.log(`${mark} ${result.name.padEnd(26)} ${pc.dim(result.title)}`);
  if (result.incidents.length === 0)
    console.log(
      pc.dim(
        `      nothing opened, nobody told, in ${duration(result.simulatedMinutes * 60)}; ${result.riddenOut} failures ridden out`,
      ),
    );
  for (const one of result.incidents) console.log(pc.dim(incidentLine(one)));
  for (const problem of result.problems) console.log(pc.red(`      ${problem}`));
};

const list = (): void => {
  for (const { name, title, source } of DRILLS)
    console.log(`${name.padEnd(26)} ${title}\n${' '.repeat(27)}${pc.dim(source)}`);
};

const play = async (drills: readonly Drill[], json: boolean): Promise<number> => {
  const startedAt = performance.now();
  const results: DrillResult[] = [];
  for (const drill of drills) {
    const result = await runDrill(drill);
    results.push(result);
    if (!json) print(result);
  }
  const failed = results.filter(({ passed }) => !passed).length;
  const falseAlarms = results.flatMap((result) => result.falseAlarms).length;
  if (json)
    console.log(JSON.stringify({ version: 1, passed: failed === 0, falseAlarms, drills: results }, null, 2));
  else {
    const simulated = Math.round(
      results.reduce((sum, { simulatedMinutes }) => sum + simulatedMinutes, 0) / 60,
    );
    const took = ((performance.now() - startedAt) / 1_000).toFixed(1);
    console.log(`\n${results.length - failed} passed, ${failed} failed`);
    console.log(`${falseAlarms} false alarms · ${simulated} hours simulated in ${took} s`);
  }
  return failed === 0 ? 0 : 1;
};

if (options.values.help) console.log(HELP);
else if (options.values.list) list();
else process.exitCode = await play(select(options.positionals), options.values.json ?? false);
