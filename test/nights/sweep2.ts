import type { Trouble } from './network.ts';
import { createLibrary, play } from './play.ts';
import { HOSTS, type Host } from './providers.ts';
import { NIGHTS } from './scripts.ts';

const library = createLibrary();
const seen = new Map<string, number>();
const T: Record<string, Trouble> = {
  '401': { kind: 'answer', status: 401 },
  '404': { kind: 'answer', status: 404 },
  '410': { kind: 'answer', status: 410 },
  '400': { kind: 'answer', status: 400 },
  '429': { kind: 'answer', status: 429, headers: { 'retry-after': '7' } },
  '429long': { kind: 'answer', status: 429, headers: { 'retry-after': '3000' } },
  '503': { kind: 'answer', status: 503 },
  reset: { kind: 'reset' },
  silence: { kind: 'silence' },
  ...{},
  slackbad: { kind: 'answer', status: 200, body: { ok: false, error: 'invalid_auth' } },
};
for (const script of NIGHTS.filter(({ name }) => !['storm', 'holiday'].includes(name))) {
  const written = library(script);
  let n = 0;
  let bad = 0;
  for (const host of Object.keys(HOSTS) as Host[])
    for (const [name, trouble] of Object.entries(T))
      if (name !== 'slackbad' || host === 'slack')
        for (const from of [0, 8])
          for (const until of [20, 60, 70, 1e9]) {
            n += 1;
            const s = {
              ...script,
              calmMinutes: 90,
              steps: [
                ...script.steps.filter((x) => !(host === 'slack' && x.kind === 'slack')),
                { minute: from, kind: 'trouble', host, trouble } as const,
                { minute: until, kind: 'mended', host } as const,
              ],
            };
            const { wrong } = await play(s, { written }).catch((e) => ({ wrong: ['THROWN ' + e.stack] }));
            if (wrong.length > 0) {
              bad += 1;
              const sig = `${host} ${wrong[0]?.replace(/inc-\S+?:/g, '').replace(/inc-\S+/g, '')}`.slice(
                0,
                200,
              );
              const c = (seen.get(sig) ?? 0) + 1;
              seen.set(sig, c);
              if (c <= 1) console.log(script.name, host, name, from, until, wrong.slice(0, 4));
            }
          }
  console.log('==', script.name, n, 'bad', bad);
}
