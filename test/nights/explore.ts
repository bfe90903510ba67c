import fc from 'fast-check';
import { at, play } from './play.ts';
import { step, fault, scriptOf } from './random.ts';
const seed = Number(process.argv[2] ?? 1);
const runs = Number(process.argv[3] ?? 200);
const r = await fc.check(fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.array(fault, { maxLength: Number(process.argv[4] ?? 4) }), fc.nat({ max: 1000 }), async (steps, faults, s) => {
  const { wrong, night } = await play(scriptOf(steps), { seed: s, faults: at(...faults) });
  if (wrong.length > 0) throw new Error(wrong.slice(0, 5).join('\n') + '\n' + JSON.stringify(night.processes.faults));
}), { seed, numRuns: runs, interruptAfterTimeLimit: 260_000, endOnFailure: false });
console.log(fc.defaultReportMessage(r) ?? 'fine ' + r.numRuns);
