import { App, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, it } from 'vitest';
import { Claywatch } from '../../infra/claywatch.ts';
import { defineInstallation } from '../../infra/define.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { FULL_CONFIG, type Resource, synthesize } from './installation.ts';

type Synthesized = ReturnType<typeof synthesize>;

const NAMED_BY = [
  ...['TopicName', 'QueueName', 'FunctionName', 'AlarmName', 'LogGroupName', 'Name', 'DashboardName'],
  'ScheduleGroupName',
];

/** What has a name in the account, as `kind name`. */
const namesIn = ({ state, rest }: Pick<Synthesized, 'state' | 'rest'>): readonly string[] =>
  [state, rest].flatMap((template) =>
    Object.values(template.toJSON().Resources as Record<string, Resource & { Type: string }>).flatMap(
      ({ Type, Properties = {} }) =>
        NAMED_BY.map((key) => Properties[key])
          .filter((name) => typeof name === 'string')
          .map((name) => `${Type} ${name}`),
    ),
  );

const FEED = 'zfeed';
const CHANNEL = 'zchannel';

/** An installation with a feed and a channel, whatever they are called. */
const ANY = {
  installation: 'acme',
  feeds: {
    [FEED]: {
      webhooks: [{ id: 'one', url: 'secretsmanager:team/clay#one' }],
      relay: { secret: 'secretsmanager:team/senders' },
    },
  },
  notify: {
    email: [{ address: 'team@example.com' }],
    people: { ada: { email: 'ada@example.com' } },
    slack: [{ id: CHANNEL, channel: 'C0123456789', botToken: 'secretsmanager:team/slack' }],
  },
} satisfies ConfigInput;

let any: Synthesized;
beforeAll(() => {
  any = synthesize(ANY, { alarms: 'all', dashboards: true });
}, 400_000);

describe('the names of an installation', () => {
  const refused = (installation: string): boolean => {
    try {
      parseConfig({ installation }, 'test');
      return false;
    } catch {
      return true;
    }
  };

  it('are never those of another one, whatever its feeds and channels are called, or its name is refused', () => {
    const names = namesIn(any).filter((name) => /\bacme\b/.test(name));
    expect(names.length).toBeGreaterThan(40);
    /** What may stand where a feed or a channel is named is any text. */
    const patterns = names.map(
      (name) =>
        new RegExp(`^${name.replaceAll(/[/.]/g, '\\$&').replaceAll(/zfeed|zchannel/g, '[a-z0-9-]+')}$`),
    );
    /** Every name that another installation could have whose names begin like ours: `acme-…`. */
    const words = new Set(
      names.flatMap((name) => {
        const parts = (name.split(/\bacme-/)[1] ?? '').split('-');
        return parts.map((_, index) => parts.slice(0, index + 1).join('-'));
      }),
    );
    const others = [...words].filter((word) => /^[a-z]/.test(word)).map((word) => `acme-${word}`);
    const clashing = others.filter((other) =>
      names
        .map((name) => name.replace(/\bacme\b/, other))
        .some((name) => patterns.some((pattern) => pattern.test(name))),
    );
    expect(clashing).toContain('acme-pages');
    expect(clashing).toContain('acme-rows');
    expect(clashing.filter((other) => !refused(other))).toEqual([]);
  });

  it.each(['acme-pages', 'acme-notify-eu', 'eu-rows', 'acme-undelivered', 'acme-eu-channel'])(
    'are refused with the reason where they could be: %s',
    (installation) => {
      expect(() => parseConfig({ installation }, 'test')).toThrow(/installation: .*may not follow a hyphen/);
    },
  );

  it.each(['acme', 'acme-eu', 'pages', 'rows-of-acme', 'acme-pager'])(
    'are taken otherwise: %s',
    (installation) => expect(refused(installation)).toBe(false),
  );
});

describe('several installations', () => {
  it('fit into one app, each tagged with its own name', () => {
    const app = new App({ analyticsReporting: false });
    const stacks = ['acme', 'other'].map((installation) => defineInstallation(app, { installation }));
    for (const [index, { stateful, stateless }] of stacks.entries()) {
      for (const stack of [stateful, stateless]) {
        const tags = JSON.stringify(Template.fromStack(stack).toJSON());
        expect(tags).toContain(`{"Key":"claywatch:installation","Value":"${['acme', 'other'][index]}"}`);
        expect(tags).not.toContain(`"claywatch:installation","Value":"${['other', 'acme'][index]}"`);
      }
    }
  }, 120_000);

  it('of one name are refused, unless each is in a stage of its own', () => {
    const app = new App({ analyticsReporting: false });
    const config = { installation: 'acme' };
    new Claywatch(new Stack(app, 'first'), 'Claywatch', { config });
    expect(() => new Claywatch(new Stack(app, 'second'), 'Claywatch', { config })).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        message: 'There are two installations named "acme": first/Claywatch and second/Claywatch.',
      }),
    );
    new Claywatch(new Stack(new Stage(app, 'production'), 'third'), 'Claywatch', { config });
  }, 120_000);

  it('of one name are refused by the ready-made app too', () => {
    const app = new App({ analyticsReporting: false });
    defineInstallation(app, { installation: 'acme' });
    expect(() => defineInstallation(app, { installation: 'acme' })).toThrow(
      expect.objectContaining({ code: 'config.invalid', message: 'Two configurations are named "acme".' }),
    );
  }, 120_000);

  it('in one stack share nothing', () => {
    const app = new App({ analyticsReporting: false });
    const stack = new Stack(app, 'both');
    new Claywatch(stack, 'Emea', { config: { ...FULL_CONFIG, installation: 'emea' } as ConfigInput });
    new Claywatch(stack, 'Amer', { config: { ...FULL_CONFIG, installation: 'amer' } as ConfigInput });
    const template = Template.fromStack(stack);
    const names = namesIn({ state: template, rest: Template.fromJSON({ Resources: {} }) });
    expect(new Set(names).size).toBe(names.length);
  }, 120_000);
});
