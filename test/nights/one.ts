import { readFileSync } from 'node:fs';
import { at, play } from './play.ts';
import { scriptOf } from './random.ts';

const [steps, faults, seed] = JSON.parse(readFileSync(0, 'utf8'));
const { wrong, night } = await play(scriptOf(steps), { seed, faults: at(...faults) });
console.log(wrong, night.processes.faults);
if (process.argv[2])
  for (const v of night.stored.filter((x) => x.incident.subject === process.argv[2]))
    console.log(
      (v.at - night.script.startsAt) / 60000,
      v.incident.version,
      v.incident.status,
      v.incident.severity,
      v.incident.timeline.slice(v.before?.timeline.length ?? 0).map((t) => `${t.kind}: ${t.text}`),
      'OWES',
      v.incident.pending.map(
        (p) =>
          `${p.id.split(':').slice(1).join(':')} ${p.severity} ${p.urgency} due ${(p.dueAt - night.script.startsAt) / 60000}`,
      ),
      v.incident.escalation ?? '',
    );
if (process.argv[2])
  for (const h of night.heard.filter(
    (x) =>
      x.notification.bulletin?.subject === process.argv[2] || x.notification.attributes.kind === 'fallback',
  ))
    console.log('HEARD', (h.at - night.script.startsAt) / 60000, h.endpoint, h.notification.subject);
