import { describe, expect, it } from 'vitest';
import type { PeopleStatus } from '../../local/people-status.ts';
import { banner } from '../../local/view/banner.ts';
import { createPeopleView } from '../../local/view/people.ts';
import { colorsFor, stateFlag } from '../../local/view/text.ts';
import { parseConfig } from '../../shared/config/parse.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import type { DeliveryProof } from '../../shared/notify/proof.ts';

const AT = Date.parse('2026-11-21T17:24:00Z');
const MINUTE = 60_000;
const ID = 'inc-20261121-0123abcd';
const ESCAPE = String.fromCharCode(27);

const config = parseConfig(
  {
    notify: {
      people: { anna: { email: 'anna@example.com' } },
      onCall: { rotation: ['anna'] },
      fallback: { afterMinutes: 5 },
      webhooks: [{ id: 'bus', url: 'env:BUS_URL', signingSecrets: ['env:BUS_KEY'] }],
    },
  },
  'the configuration of the test',
);

const incident = (more: Partial<Incident> = {}): Incident =>
  ({
    id: ID,
    cause: 'clay.outage',
    subject: 'clay',
    status: 'triggered',
    severity: 'P1',
    openedAt: AT,
    respondBy: AT + 15 * MINUTE,
    nextUpdateAt: AT + 30 * MINUTE,
    reopenings: 0,
    ...more,
  }) as Incident;

const acknowledged = (name: string): Partial<Incident> => ({
  status: 'acknowledged',
  acknowledgement: { by: { name, via: 'link' }, at: AT, severity: 'P1', staleAt: AT + 60 * MINUTE },
});

const proof = (more: Partial<DeliveryProof> = {}): DeliveryProof => ({
  notificationId: `${ID}:1:triggered`,
  incidentId: ID,
  transition: 'triggered',
  channel: 'bus',
  status: 'owed',
  owedAt: AT,
  triedAt: null,
  attempts: 0,
  deliveredAt: null,
  receipt: null,
  lastError: null,
  fellBackTo: null,
  ...more,
});

const status = (
  minute: number,
  incidents: readonly Incident[],
  proofs: readonly DeliveryProof[] = [],
): PeopleStatus => ({ at: AT + minute * MINUTE, incidents, proofs });

/** What each look says that the looks before it did not. */
const told = (statuses: readonly (PeopleStatus | null)[], flag = ''): readonly (readonly string[])[] => {
  const view = createPeopleView(colorsFor({}, {}), { config, stateFlag: flag });
  return statuses.map((one) => view.changes(one).map((line) => line.slice(10)));
};

describe('people in the live view', () => {
  it('says once that nobody has it, who is paged next and when, and the command that takes it', () => {
    expect(told([status(0, [incident()]), status(1, [incident()]), null, status(2, [incident()])])).toEqual([
      [
        '◦ P1 clay.outage: nobody has it; unless somebody takes it, anna (on call) is paged at 17:39',
        `  npx claywatch incidents ack ${ID}`,
      ],
      [],
      [],
      [],
    ]);
  });

  it('says it again with the next step of the escalation, and when none is left', () => {
    const escalated = (taken: number, nextAt: number | null) => incident({ escalation: { taken, nextAt } });
    const [, second, last] = told([
      status(0, [incident()]),
      status(15, [escalated(1, AT + 30 * MINUTE)]),
      status(90, [escalated(8, null)]),
    ]);
    expect(second?.[0]).toBe(
      '◦ P1 clay.outage: nobody has it; unless somebody takes it, everyone is paged at 17:54',
    );
    expect(last?.[0]).toBe('◦ P1 clay.outage: nobody has it, and nobody is left to be paged');
  });

  it('says who has it and until when, and how it ended', () => {
    const closedBy = { actor: { name: 'ben', via: 'cli' }, until: null } as const;
    const [, has, note, closed] = told(
      [
        status(0, [incident()]),
        status(1, [incident(acknowledged(`Anna${ESCAPE}[2J`))]),
        status(2, [incident({ ...acknowledged(`Anna${ESCAPE}[2J`), updatedAt: AT })]),
        status(3, [incident({ status: 'resolved', closedBy })]),
      ],
      ' --state other',
    );
    expect(has).toEqual([
      "◦ P1 clay.outage: Anna [2J (link) has it; next update by 17:54; nobody's again at 18:24 if nothing is heard",
      `  npx claywatch incidents update ${ID} --state other`,
    ]);
    expect(note).toEqual([]);
    expect(closed).toEqual([
      '◦ P1 clay.outage: closed by ben (command line)',
      `  npx claywatch postmortem ${ID} --state other`,
    ]);
  });

  it('says nothing of what is told as part of another, and of what was over before it looked', () => {
    const hidden = incident({ hiddenBy: { cause: 'clay.outage', subject: 'clay' } });
    const over = incident({ id: 'inc-20261121-89abcdef', status: 'resolved' });
    expect(told([status(0, [hidden, over])])).toEqual([[]]);
  });

  it('says when a channel fails and why, once, and that it takes messages again', () => {
    const failing = proof({ lastError: 'The webhook answered 503', attempts: 1 });
    const delivered = proof({ status: 'delivered', deliveredAt: AT + 3 * MINUTE });
    expect(
      told([
        status(0, [], [failing]),
        status(1, [], [{ ...failing, attempts: 2 }]),
        status(3, [], [delivered]),
        status(4, [], [delivered]),
      ]),
    ).toEqual([
      ['! bus fails: The webhook answered 503; tried again, and by e-mail from 17:29'],
      [],
      ['◦ bus takes messages again'],
      [],
    ]);
  });

  it('says when e-mail takes over, and nothing good of a channel whose page was only answered', () => {
    const failing = proof({ lastError: 'The webhook answered 503' });
    expect(
      told([
        status(0, [], [failing]),
        status(5, [], [proof({ status: 'fallen-back', fellBackTo: 'sns' })]),
        status(6, [], [proof({ status: 'fallen-back', fellBackTo: 'sns' })]),
      ]).slice(1),
    ).toEqual([['! bus: a message went by e-mail instead'], []]);
    expect(told([status(0, [], [failing]), status(1, [], [proof({ status: 'superseded' })])])[1]).toEqual([]);
  });

  it('names the person whose page failed', () => {
    const page = proof({ channel: 'person:anna', status: 'refused', lastError: 'no such number' });
    expect(told([status(0, [], [page])])).toEqual([
      ['! the page to anna fails: no such number; its messages go by e-mail'],
    ]);
  });
});

describe('the banner', () => {
  const shown = (more: ConfigInput) => {
    const own = parseConfig(more, 'the configuration of the test');
    const runtime = {
      stateDir: '.claywatch',
      inboxDir: '.claywatch/inbox',
      logFile: '.claywatch/watch.log',
      endpoints: { http: 'http://127.0.0.1:4401', dynamodb: '', sns: '', sqs: '' },
      tableName: 'claywatch',
      topicArn: '',
      config: own,
      consoleUrl: undefined,
    };
    return {
      withKey: banner(
        {
          config: own,
          everySeconds: 60,
          clay: undefined,
          source: 'x.ts',
          runtime: { ...runtime, respondKeyFile: '.claywatch/respond.key' },
        },
        colorsFor({}, {}),
      ),
      without: banner(
        {
          config: own,
          everySeconds: 60,
          clay: undefined,
          source: 'x.ts',
          runtime: { ...runtime, respondKeyFile: undefined },
        },
        colorsFor({}, {}),
      ),
    };
  };

  it('says how to act, and where the key is, never the key', () => {
    const { withKey, without } = shown({});
    expect(withKey).toContain('npx claywatch incidents, or the links in messages');
    expect(withKey).toContain(
      'curl -H "authorization: Bearer $(cat .claywatch/respond.key)" http://127.0.0.1:4401/v1/incidents',
    );
    expect(without).toContain('http://127.0.0.1:4401/v1/incidents, by the secret that respond.secret names');
  });

  it('says plainly when messages leave this machine', () => {
    expect(shown({}).withKey).toContain('nothing is sent to anybody');
    const { withKey } = shown({
      notify: {
        webhooks: [{ id: 'bus', url: 'env:URL', signingSecrets: ['env:KEY'], severities: ['P1'] }],
        people: { anna: { email: 'anna@example.com' } },
      },
    });
    expect(withKey).not.toContain('nothing is sent to anybody');
    expect(withKey).toContain('for real: bus (P1)');
    expect(withKey).toContain('anna by name, when nobody answers');
  });
});

describe('the state directory in commands', () => {
  it('is named when it is not the usual one, and quoted where a shell would split it', () => {
    expect(stateFlag('.claywatch')).toBe('');
    expect(stateFlag('other')).toBe(' --state other');
    expect(stateFlag("my it's")).toBe(" --state 'my it'\\''s'");
  });
});
