import { isOpen } from '../../shared/incident/incident.ts';
import type { DeliveryProof } from '../../shared/notify/proof.ts';
import type { Severity } from '../../shared/severity.ts';
import type { Heard, Night } from './night.ts';
import { isRightlyWithdrawn, type Owed, owedIn, timesNobodyHadIt } from './owed.ts';
import { knowsReceipt, pagerDutyEvents, slackPosts, type Taken, webhookCalls } from './received.ts';

/** What the checks look at. */
interface Evening {
  readonly night: Night;
  readonly owed: readonly Owed[];
  readonly rows: readonly DeliveryProof[];
  /** How often a message may have come more than once. */
  readonly spare: number;
}

type Check = (evening: Evening) => readonly string[];

const saysIt = ({ notification: { id, covers = [] } }: Heard, wanted: string): boolean =>
  id === wanted || covers.includes(wanted);

/** Who asked to hear of a severity, from the configuration and not from filter policies. */
const endpointsFor = (
  { config: { notify } }: Night,
  { severity, isPage, transition }: Pick<Owed, 'severity' | 'isPage' | 'transition'>,
): readonly string[] => [
  ...notify.email.filter(({ severities }) => severities.includes(severity)).map(({ address }) => address),
  ...(isPage || transition === 'resolved'
    ? notify.sms.filter(({ severities }) => severities.includes(severity)).map(({ number }) => number)
    : []),
];

const channelsFor = (
  { config: { notify } }: Night,
  { severity, transition, audience }: Pick<Owed, 'severity' | 'transition' | 'audience'>,
): readonly string[] => [
  ...[...notify.slack, ...notify.pagerduty, ...notify.webhooks]
    .filter(({ severities }: { readonly severities: readonly Severity[] }) => severities.includes(severity))
    .map(({ id }) => id),
  ...(transition === 'resolved' || (transition === 'updated' && audience === 'public')
    ? notify.statusPages.map(({ id }) => id)
    : []),
];

const nothingIsLeft: Check = ({ night, owed, rows }) => [
  ...rows
    .filter(({ status }) => status === 'owed' || status === 'refused')
    .map((row) => `${row.notificationId} on ${row.channel} is ${row.status} for ever: ${row.lastError}`),
  ...owed
    .filter(({ isSent, withdrawnBy }) => !isSent && !withdrawnBy)
    .map(({ id }) => `${id} is owed for ever`),
  ...[...night.queues].flatMap(([channel, { deadLetters }]) =>
    deadLetters.length === 0 ? [] : [`${deadLetters.length} dead letters of ${channel}`],
  ),
];

const nothingVanished: Check = ({ owed }) =>
  owed.flatMap((one) =>
    one.withdrawnBy && !one.isSent && !isRightlyWithdrawn(one, one.withdrawnBy)
      ? [`${one.id} was withdrawn by version ${one.withdrawnBy.incident.version} without a reason`]
      : [],
  );

/** The first page of an opening, the end and what people wrote are never held back. */
const mayWait = (one: Owed, owed: readonly Owed[]): boolean =>
  one.transition !== 'resolved' &&
  one.transition !== 'updated' &&
  one.transition !== 'triggered' &&
  one.transition !== 'reopened' &&
  owed.some(({ incidentId, isSent, seq }) => incidentId === one.incidentId && isSent && seq < one.seq);

const everybodyHeard: Check = ({ night, owed }) =>
  owed
    .filter(({ isSent }) => isSent)
    .flatMap((one) =>
      endpointsFor(night, one).flatMap((endpoint) => {
        const heard = night.heard.filter((each) => each.endpoint === endpoint && !each.person);
        if (heard.some((each) => saysIt(each, one.id))) return [];
        const isSummedUp =
          mayWait(one, owed) &&
          night.heard.some(
            ({ at, notification: { attributes, emailText } }) =>
              at >= one.createdAt && attributes.kind === 'summary' && emailText.includes(one.incidentId),
          );
        return isSummedUp ? [] : [`${endpoint} never heard ${one.id}`];
      }),
    );

const wasAnswered = ({ night }: Evening, one: Owed): boolean =>
  night.stored.some(
    ({ seq, incident }) => incident.id === one.incidentId && seq > one.seq && incident.status !== 'triggered',
  );

const fellBack = ({ night }: Evening, one: Owed): boolean =>
  night.heard.some(
    ({ protocol, notification: { attributes, emailText, incidentId } }) =>
      protocol === 'email' &&
      attributes.kind === 'fallback' &&
      (incidentId === one.incidentId || emailText.includes(one.incidentId)),
  );

/** Whether what a row of proof says of a channel is what the provider saw. */
const isTrue = (evening: Evening, row: DeliveryProof, one: Owed): boolean => {
  const { night } = evening;
  switch (row.status) {
    case 'delivered':
      return row.receipt !== null && knowsReceipt(night, row.channel, row.receipt);
    case 'fallen-back':
      return fellBack(evening, one);
    case 'superseded':
      return one.isPage && wasAnswered(evening, one);
    default:
      return false;
  }
};

const everyChannelIsProved: Check = (evening) => {
  const { night, owed, rows } = evening;
  return owed
    .filter(({ isSent }) => isSent)
    .flatMap((one) => {
      const ofOne = rows.filter(({ notificationId }) => notificationId === one.id);
      const missing = channelsFor(night, one).filter(
        (channel) => !ofOne.some((row) => row.channel === channel),
      );
      const sns = ofOne.some(({ channel }) => channel === 'sns' || channel === 'summary');
      return [
        ...missing.map((channel) => `${one.id} has no proof on ${channel}`),
        ...(sns ? [] : [`${one.id} has no proof of SNS`]),
        ...ofOne
          .filter((row) => !isTrue(evening, row, one))
          .map((row) => `${one.id} is ${row.status} on ${row.channel} (${row.receipt}), which is not so`),
      ];
    });
};

/** The message that speaks for another one (grouping), or that one itself. */
const spokenBy = ({ heard }: Night, id: string): string =>
  heard.find(({ notification: { covers = [] } }) => covers.includes(id))?.notification.id ?? id;

/** The very message, where the provider is told which one it is. */
const channelsHeardIt: Check = ({ night, owed, rows }) => {
  const posts = slackPosts(night);
  const calls = webhookCalls(night);
  const events = pagerDutyEvents(night);
  return rows
    .filter(({ status }) => status === 'delivered')
    .flatMap(({ notificationId, channel, receipt, transition }) => {
      const one = owed.find(({ id }) => id === notificationId);
      const spoken = spokenBy(night, notificationId);
      const wrong = [`${channel} never heard ${notificationId}`];
      if (channel === 'bus') return calls.some(({ id }) => id === spoken) ? [] : wrong;
      if (channel === 'slack-ops') {
        const isTold = posts.some(
          ({ id, ts, isRoot }) => id === spoken || (isRoot && receipt === `C0123456789/${ts}`),
        );
        return isTold ? [] : wrong;
      }
      if (channel === 'pagerduty' && one?.isPage && receipt?.includes('later') === false) {
        const isTold = events.some(
          (event) =>
            event.action === 'trigger' &&
            spoken.startsWith(`${event.incidentId}:`) &&
            event.happened === transition,
        );
        return isTold ? [] : wrong;
      }
      if (transition === 'updated' && one?.audience === 'public' && one.text !== undefined) {
        const page = channel === 'rootly' ? night.standIns.rootly : night.standIns.statuspage;
        const said = page.incidents.flatMap(({ updates }) => updates).map(({ body }) => body);
        if (channel === 'rootly' || channel === 'statuspage') return said.includes(one.text) ? [] : wrong;
      }
      return [];
    });
};

const counts = (keys: readonly string[]): readonly (readonly [string, number])[] => [
  ...Map.groupBy(keys, (key) => key)
    .entries()
    .map(([key, { length }]) => [key, length] as const),
];

const tooOften = (what: string, keys: readonly (string | null)[], spare: number): readonly string[] =>
  counts(keys.filter((key) => key !== null))
    .filter(([, count]) => count > 1 + spare)
    .map(([key, count]) => `${what} was told ${count} times: ${key}`);

/** Posts and updates that may have come again are counted by what they say. */
const nobodyHearsTooOften: Check = ({ night, spare }) => {
  const posts = slackPosts(night);
  const { statuspage, rootly } = night.standIns;
  const saidOn = (page: typeof statuspage) =>
    page.incidents.flatMap(({ metadata, updates }) =>
      updates.map(({ body, status }) => `${JSON.stringify(metadata)} ${status} ${body}`),
    );
  return [
    ...tooOften(
      'somebody',
      night.heard.map(({ endpoint, person, notification }) => `${endpoint} ${person} ${notification.id}`),
      spare,
    ),
    ...tooOften(
      'Slack',
      posts.map(({ id, isRoot, incidentId }) => (isRoot ? `root ${incidentId}` : id)),
      spare,
    ),
    ...tooOften(
      'the bus',
      webhookCalls(night).map(({ id }) => id),
      spare,
    ),
    ...tooOften('Statuspage', saidOn(statuspage), spare),
    ...tooOften('Rootly', saidOn(rootly), spare),
  ];
};

const nobodyIsWokenForNothing: Check = ({ night, spare }) => {
  const calling = night.standIns.pagerduty.alerts.filter(({ severity }) => severity !== 'info');
  const perIncident = Map.groupBy(calling, ({ key }) => key.split('/')[1] ?? '');
  return [
    ...night.latePages.map(({ to, incidentId }) => `${to} was paged for ${incidentId}, which somebody had`),
    ...[...perIncident].flatMap(([id, alerts]) => {
      const versions = night.stored
        .filter(({ incident }) => incident.id === id)
        .map(({ incident }) => incident);
      return alerts.length > timesNobodyHadIt(versions) + spare
        ? [`PagerDuty called for ${id} ${alerts.length} times`]
        : [];
    }),
    ...(night.standIns.pagerduty.dropped > spare
      ? [`PagerDuty dropped ${night.standIns.pagerduty.dropped} events`]
      : []),
  ];
};

const versionIn = (id: string): number => Number(id.split(':')[1]);

/** Those that come a second time are looked at where they came first. */
const backwards = (what: string, ids: readonly string[]): readonly string[] => {
  const firsts = [...new Set(ids)];
  return firsts.flatMap((id, index) => {
    const before = firsts[index - 1];
    return before !== undefined && versionIn(before) > versionIn(id)
      ? [`${what} heard ${id} after ${before}`]
      : [];
  });
};

const byIncident = <T extends { readonly incidentId: string }>(all: readonly T[]) =>
  [...Map.groupBy(all, ({ incidentId }) => incidentId)] as const;

/** SNS always keeps the order; channels do unless something failed, and then show how it stands in the end. */
const orderIsKept: Check = ({ night, spare }) => {
  const isCalm = spare === 0 && night.network.exchanges.every(({ isTaken }) => isTaken);
  const idsOf = (taken: readonly Taken[]) => taken.flatMap(({ id }) => id ?? []);
  const perEndpoint = Map.groupBy(
    night.heard.filter(
      ({ person, notification: { id, attributes } }) =>
        !person && attributes.kind !== 'summary' && attributes.kind !== 'fallback' && id.includes(':'),
    ),
    ({ endpoint, notification: { incidentId } }) => `${endpoint} ${incidentId}`,
  );
  return [
    ...[...perEndpoint].flatMap(([what, heard]) =>
      backwards(
        what,
        heard.map(({ notification: { id } }) => id),
      ),
    ),
    ...(isCalm
      ? [
          ...byIncident(slackPosts(night)).flatMap(([, posts]) => backwards('Slack', idsOf(posts))),
          ...byIncident(webhookCalls(night)).flatMap(([, calls]) => backwards('the bus', idsOf(calls))),
        ]
      : []),
  ];
};

const HOW_IT_STANDS = (transition: string): boolean => transition !== 'updated';

/** Whoever was told that it is open was told that it is over, last of all. */
const recoveryArrived: Check = ({ night, owed, rows }) => {
  const last = new Map(night.stored.map(({ incident }) => [incident.id, incident]));
  const posts = slackPosts(night);
  return [...last.values()].flatMap((incident) => {
    if (isOpen(incident)) return [`${incident.id} is still open: the script does not end`];
    const sent = owed.filter((one) => one.incidentId === incident.id && one.isSent);
    const end = sent.findLast(({ transition }) => HOW_IT_STANDS(transition));
    if (!end) return [];
    if (end.transition !== 'resolved')
      return [`the last that was told of ${incident.id} is ${end.transition}`];
    const told = Map.groupBy(
      night.heard.filter(
        ({ person, notification: { id, covers = [], bulletin } }) =>
          !person &&
          bulletin !== undefined &&
          HOW_IT_STANDS(bulletin.transition) &&
          [id, ...covers].some((one) => one.startsWith(`${incident.id}:`)),
      ),
      ({ endpoint }) => endpoint,
    );
    const misled = [...told].filter(
      ([, heard]) =>
        !heard.some(
          ({ notification: { bulletin } }) => bulletin?.transition === 'resolved' && bulletin.id === end.id,
        ),
    );
    const isProved = (channel: string) =>
      rows.some(
        (row) => row.notificationId === end.id && row.channel === channel && row.status === 'delivered',
      );
    const root = posts.findLast(({ incidentId, isRoot }) => isRoot && incidentId === incident.id);
    const shown = night.standIns.slack.messages.find(({ ts }) => ts === root?.ts);
    return [
      ...misled.map(([endpoint]) => `${endpoint} never heard that ${incident.id} is over`),
      ...(isProved('slack-ops') && !shown?.text.includes('Resolved')
        ? [`Slack shows ${incident.id} as ${shown?.text}`]
        : []),
      ...(isProved('pagerduty')
        ? night.standIns.pagerduty.alerts
            .filter(({ key, state }) => key.split('/')[1] === incident.id && state !== 'resolved')
            .map(({ key, state }) => `PagerDuty shows ${key} as ${state}`)
        : []),
      ...(['statuspage', 'rootly'] as const).flatMap((channel) =>
        isProved(channel)
          ? night.standIns[channel].incidents
              .filter(
                ({ metadata, status }) =>
                  JSON.stringify(metadata).includes(incident.id) && status !== 'resolved',
              )
              .map(({ id, status }) => `${channel} shows ${id} as ${status}`)
          : [],
      ),
    ];
  });
};

const CHECKS: readonly Check[] = [
  ...[nothingIsLeft, nothingVanished, everybodyHeard, everyChannelIsProved, channelsHeardIt],
  ...[nobodyHearsTooOften, nobodyIsWokenForNothing, orderIsKept, recoveryArrived],
];

/** Everything that is wrong with what was received in a night; `spare`: how many faults were made in it. */
export const wrongIn = async (night: Night): Promise<readonly string[]> => {
  const ids = new Set(night.stored.map(({ incident }) => incident.id));
  const rows = (await Promise.all([...ids].map((id) => night.proof.ofIncident(id)))).flat();
  const spare = night.processes.faults.filter(({ kind }) => kind !== 'meanwhile').length;
  const evening: Evening = { night, owed: owedIn(night), rows, spare };
  return CHECKS.flatMap((check) => check(evening));
};
