import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { FULL_CONFIG, found, synthesize } from './installation.ts';

const TEXT = readFileSync(new URL('../../docs/alarms.md', import.meta.url), 'utf8');

/** What stands in the name of an alarm for something that the configuration names. */
const PLACES: Readonly<Record<string, string>> = {
  '<channel>': '[a-z][a-z0-9-]*',
  '<feed>': '[a-z][a-z0-9-]*',
  '<endpoint>': '(?:callback|submissions|relay|respond|incidents)',
};

const patternOf = (heading: string): RegExp =>
  new RegExp(`^${heading.replace(/<\w+>/g, (place) => PLACES[place] ?? place)}$`);

const ENTRIES = TEXT.split(/^### /m)
  .slice(1)
  .map((entry) => {
    const [, name = '', lean = ''] = /^`([^`]+)`(°?)/.exec(entry) ?? [];
    return { name, pattern: patternOf(name), isLeftOut: lean !== '', entry };
  });

const alarmsOf = (alarms: 'all' | 'lean'): readonly string[] => {
  const { state, rest } = synthesize(FULL_CONFIG, { alarms });
  return [state, rest].flatMap((template) =>
    found(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) =>
      String(Properties.AlarmName).replace(/^acme-/, ''),
    ),
  );
};

let all: readonly string[];
let lean: readonly string[];
beforeAll(() => {
  all = alarmsOf('all');
  lean = alarmsOf('lean');
}, 400_000);

describe('docs/alarms.md', () => {
  it('has one entry for every alarm, and only one', () => {
    expect(all.length).toBeGreaterThan(20);
    const entriesOf = (alarm: string) =>
      ENTRIES.filter(({ pattern }) => pattern.test(alarm)).map(({ name }) => name);
    expect(
      all.filter((alarm) => entriesOf(alarm).length !== 1).map((alarm) => [alarm, entriesOf(alarm)]),
    ).toEqual([]);
  });

  it('has no entry for an alarm that is not there', () => {
    const idle = ENTRIES.filter(({ pattern }) => !all.some((alarm) => pattern.test(alarm)));
    expect(idle.map(({ name }) => name)).toEqual([]);
  });

  it('marks those that the lean set does without', () => {
    const missing = ENTRIES.filter(({ pattern }) => !lean.some((alarm) => pattern.test(alarm)));
    expect(missing.map(({ name }) => name)).toEqual(
      ENTRIES.filter(({ isLeftOut }) => isLeftOut).map(({ name }) => name),
    );
  });

  it.each(ENTRIES.map(({ name, entry }) => [name, entry] as const))(
    'says of %s what it means, what to do, and how to see that it works again',
    (_, entry) => {
      for (const part of ['Means', 'Do', 'Works again'])
        expect(entry).toMatch(new RegExp(`^- \\*\\*${part}:\\*\\* \\S`, 'm'));
    },
  );
});
