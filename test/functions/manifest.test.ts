import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ROUTES as CONSOLE } from '../../functions/console/routes.ts';
import { ROUTES } from '../../functions/incidents/routes.ts';
import { type FunctionDescription, functionsOf, type Grant } from '../../functions/manifest.ts';
import { ROUTES as OPERATE } from '../../functions/operate/routes.ts';
import { ROUTES as REPORT } from '../../functions/report/routes.ts';
import { ROUTES as STATUSPAGE } from '../../functions/statuspage/routes.ts';
import { parseConfig } from '../../shared/config/parse.ts';

const root = new URL('../../', import.meta.url);
const described = (everyMinutes = 1): [string, FunctionDescription][] =>
  Object.entries(functionsOf(parseConfig({ schedule: { everyMinutes, missedAfterMinutes: 60 } }, 'test')));

describe('the manifest', () => {
  it.each(described())(
    'describes %s under its own name, with a handler that is there',
    async (name, { entry, ...rest }) => {
      expect(rest.name).toBe(name);
      expect(existsSync(new URL(entry, root))).toBe(true);
      const module = await import(new URL(entry, root).href);
      expect(module.handler).toBeTypeOf('function');
      // Lambda's Node 24 refuses handlers that look as if they took a callback.
      expect(module.handler.length).toBeLessThan(3);
    },
  );

  it('has everything end before its next turn, except the forwarder, which hands over to the next one', () => {
    const overlapping = described().flatMap(([name, { trigger, timeoutSeconds }]) =>
      trigger.kind === 'schedule' && timeoutSeconds >= 60 * trigger.everyMinutes ? [name] : [],
    );
    expect(overlapping).toEqual(['forward']);
  });

  it('takes the rate of the watch from the configuration, and has rows sent every minute', () => {
    const rates = described(15).flatMap(([name, { trigger }]) =>
      trigger.kind === 'schedule' ? [[name, trigger.everyMinutes]] : [],
    );
    expect(rates).toEqual([
      ['watch', 15],
      ['forward', 1],
    ]);
  });

  it('gives every route one function, under /v1 but for links in messages and for what people open', () => {
    const routes = described().flatMap(([, { trigger }]) => (trigger.kind === 'http' ? trigger.routes : []));
    expect(new Set(routes).size).toBe(routes.length);
    for (const route of routes) {
      expect(route).toMatch(
        /^(GET|POST) \/(v1(\/([a-z]+|\{[a-z]+\}))+|i\/\{token\}|(console(\/[a-z{}]+)*)?|status(\.[a-z]+)?)$/,
      );
    }
  });

  it.each([
    ['incidents', ROUTES],
    ['console', CONSOLE],
    ['report', REPORT],
    ['operate', OPERATE],
    ['statuspage', STATUSPAGE],
  ] as const)('has every route of %s answered by the function that knows them', (name, known) => {
    const { routes } = functionsOf(parseConfig({}, 'test'))[name].trigger;
    expect([...routes].sort()).toEqual(Object.values(known).sort());
  });

  describe('gives every chat channel', () => {
    const config = parseConfig(
      {
        notify: {
          slack: [{ id: 'ops', channel: 'C0123456789', botToken: 'env:SLACK' }],
          pagerduty: [{ id: 'pager', routingKey: 'env:PAGER' }],
        },
      },
      'test',
    );
    const { trigger, timeoutSeconds } = functionsOf(config).notify;

    it('a queue, and one for what nobody can read', () => {
      expect(trigger.queues).toEqual([
        { name: 'claywatch-notify-ops', deadLetters: 'claywatch-undelivered-ops' },
        { name: 'claywatch-notify-pager', deadLetters: 'claywatch-undelivered-pager' },
      ]);
      expect(functionsOf(parseConfig({}, 'test')).notify.trigger.queues).toEqual([]);
    });

    it('the time that Lambda asks for before a message comes again, and as many receives as SQS counts', () => {
      expect(trigger.visibilitySeconds).toBeGreaterThanOrEqual(6 * timeoutSeconds);
      expect(trigger.visibilitySeconds).toBeLessThanOrEqual(43_200);
      expect(trigger.maxReceives).toBeLessThanOrEqual(1_000);
    });
  });

  it('lets nobody send rows to Clay who is not the forwarder, and nobody read rows who need not', () => {
    const granted = (grant: Grant) =>
      described().flatMap(([name, { grants }]) => (grants.includes(grant) ? [name] : []));
    expect(granted('send-rows')).toEqual(['forward']);
    expect(granted('webhook-secrets')).toEqual(['forward']);
    expect(granted('rows-key')).toEqual(['relay', 'forward', 'operate', 'replay']);
    expect(granted('take-rows')).toEqual(['relay', 'replay']);
  });

  it('lets one function reach channels, and another one act, which reaches none', () => {
    const granted = (grant: Grant) =>
      described().flatMap(([name, { grants }]) => (grants.includes(grant) ? [name] : []));
    expect(granted('channel-secrets')).toEqual(['notify']);
    expect(granted('hand-over')).toEqual(['notify']);
    expect(granted('respond-secrets')).toEqual(['incidents', 'report', 'operate', 'console']);
    expect(granted('session-secret')).toEqual(granted('respond-secrets'));
    expect(granted('slack-secrets')).toEqual(['incidents']);
    expect(granted('session-client')).toEqual(['console']);
    expect(granted('sign-ins')).toEqual(['console']);
    expect(granted('link-secret')).toEqual(['watch', 'incidents']);
    expect(granted('alerts')).toEqual(['watch']);
  });

  it('lets what anybody may open read no secret, and write nothing', () => {
    expect(functionsOf(parseConfig({}, 'test')).statuspage.grants).toEqual(['read-public']);
  });

  it('lets a function that answers end before API Gateway gives up', () => {
    for (const [, { trigger, timeoutSeconds }] of described()) {
      if (trigger.kind === 'http') expect(timeoutSeconds).toBeLessThan(30);
    }
  });
});
