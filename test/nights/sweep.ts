import { parseArgs } from 'node:util';
import { FAULTS } from './calls.ts';
import { at, createLibrary, play, spread } from './play.ts';
import { NIGHTS } from './scripts.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '20' },
    turn: { type: 'string', default: '0' },
    names: { type: 'string', default: '' },
    kinds: { type: 'string', default: FAULTS.join(',') },
  },
});
const library = createLibrary();
const seen = new Map<string, number>();
for (const script of NIGHTS.filter(({ name }) =>
  values.names === '' ? !['storm', 'holiday'].includes(name) : values.names.split(',').includes(name),
)) {
  const written = library(script);
  const {
    night: {
      processes: { calls },
    },
  } = await play(script, { written });
  let n = 0;
  let bad = 0;
  for (const index of spread(calls, Number(values.count), Number(values.turn)))
    for (const kind of FAULTS.filter((k) => values.kinds.split(',').includes(k))) {
      n += 1;
      const { wrong } = await play(script, { written, faults: at({ index, kind }) }).catch((e) => ({
        wrong: ['THROWN ' + e.stack],
      }));
      if (wrong.length > 0) {
        bad += 1;
        const sig =
          `${kind} ${calls[index]} :: ${wrong[0]?.replace(/inc-\S+?:/g, '').replace(/inc-\S+/g, '')}`.slice(
            0,
            200,
          );
        const c = (seen.get(sig) ?? 0) + 1;
        seen.set(sig, c);
        if (c <= 1) console.log(script.name, index, kind, calls[index], wrong.slice(0, 4));
      }
    }
  console.log('==', script.name, n, 'bad', bad);
}
