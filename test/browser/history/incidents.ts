import type { Cause } from '../../../shared/cause.ts';
import type { Evidence } from '../../../shared/diagnose/verdict.ts';
import { act, type IncidentCommand } from '../../../shared/incident/act.ts';
import { decide } from '../../../shared/incident/decide.ts';
import { markDelivered } from '../../../shared/incident/deliveries.ts';
import type { Actor, Incident } from '../../../shared/incident/incident.ts';
import type { IncidentPolicy } from '../../../shared/incident/policy.ts';
import type { IncidentStore } from '../../../shared/incident/store.ts';
import { type OwedRow, type ProofLedger, SNS } from '../../../shared/notify/proof.ts';
import type { Severity } from '../../../shared/severity.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** What happened once. */
export interface Story {
  readonly cause: Cause;
  readonly subject: string;
  readonly severity: Severity;
  readonly summary: string;
  readonly evidence: Pick<Evidence, 'probe' | 'finding' | 'summary'>;
  /** What was seen once it worked again. */
  readonly proof: string;
  readonly openedAt: number;
  readonly minutes: number;
  /** Who took it, and how many minutes after it was opened; left out: nobody did. */
  readonly taken?: { readonly by: string; readonly via: Actor['via']; readonly after: number };
  /** What people did after so many minutes. */
  readonly deeds?: readonly { readonly after: number; readonly by: string; readonly what: IncidentCommand }[];
  readonly reviewedBy?: string;
}

interface Told {
  readonly incident: Incident;
  readonly proofs: readonly (OwedRow & { readonly deliveredAt: number })[];
}

const evidenceOf = (
  { evidence }: Story,
  at: number,
  over: Partial<Pick<Evidence, 'finding' | 'summary'>> = {},
): Evidence => ({ ...evidence, at, kind: 'measured', facts: {}, ...over });

/** The incident as the product would have made it: every step is that of its own code, at the time of the story. */
const tell = (story: Story, policy: IncidentPolicy): Told => {
  const { cause, subject, severity, summary, openedAt, minutes } = story;
  const key = { cause, subject };
  const proofs: Told['proofs'][number][] = [];
  let current: Incident | null = null;

  const held = (): Incident => {
    if (!current) throw new Error('The story has not begun.');
    return current;
  };
  const deliver = (at: number): void => {
    for (const { id, transition, createdAt } of held().pending) {
      const deliveredAt = at + 1_400;
      current = markDelivered(held(), id, `receipt-${id}`, deliveredAt);
      const row = { notificationId: id, incidentId: held().id, transition, channel: SNS, owedAt: createdAt };
      proofs.push({ ...row, deliveredAt });
    }
  };
  const does = (what: IncidentCommand, by: Actor, at: number): void => {
    const outcome = act(held(), what, by, { policy, now: at });
    if (outcome.kind === 'refused') throw new Error(`${cause}: ${outcome.text}`);
    current = outcome.incident;
    deliver(at);
  };

  const verdict = {
    ...{ cause, subject, severity, summary },
    evidence: [evidenceOf(story, openedAt - 20 * SECOND)],
    ruledOut: [],
    wouldChange: [story.proof],
    tentative: false,
  };
  current = decide(null, key, { kind: 'verdict', verdict, detectedAt: openedAt - MINUTE }, policy, openedAt);
  deliver(openedAt + SECOND);

  const end = openedAt + minutes * MINUTE;
  const deeds = [
    ...(story.taken
      ? [{ after: story.taken.after, by: story.taken.by, what: { kind: 'acknowledge' } as const }]
      : []),
    ...(story.deeds ?? []),
  ].map(({ after, by, what }) => ({ at: openedAt + after * MINUTE, by, what }));
  const via = story.taken?.via ?? 'console';
  const doThose = (isNow: (at: number) => boolean): void => {
    for (const { at, by, what } of deeds.filter((deed) => isNow(deed.at))) does(what, { name: by, via }, at);
  };
  doThose((at) => at < end);
  const cleared = {
    kind: 'cleared',
    evidence: [evidenceOf(story, end, { finding: 'ok', summary: story.proof })],
  } as const;
  current = decide(held(), key, cleared, policy, end);
  deliver(end + SECOND);
  doThose((at) => at >= end);
  if (story.reviewedBy)
    does({ kind: 'review' }, { name: story.reviewedBy, via: 'console' }, end + 26 * 60 * MINUTE);
  return { incident: held(), proofs };
};

/** Those of one cause and subject one after another, as they replace each other. */
const tellAll = async (stories: readonly Story[], { policy, store, proof }: IncidentPorts): Promise<void> => {
  const [first] = stories;
  let before = first ? await store.current(first.cause, first.subject) : null;
  for (const story of stories.toSorted((one, other) => one.openedAt - other.openedAt)) {
    const { incident, proofs } = tell(story, policy);
    // As it ended, in one write.
    const ended: Incident = { ...incident, version: 1 };
    if ((await store.write(ended, before)) !== 'written')
      throw new Error(`${story.cause} of ${story.subject} is there already.`);
    before = ended;
    if (!proof) continue;
    await proof.owe(proofs.map(({ deliveredAt: _, ...row }) => row));
    for (const { notificationId, channel, deliveredAt } of proofs)
      await proof.record(notificationId, channel, {
        status: 'delivered',
        at: deliveredAt,
        receipt: `receipt-${notificationId}`,
      });
  }
};

export interface IncidentPorts {
  readonly policy: IncidentPolicy;
  readonly store: IncidentStore;
  /** Left out: no proof of delivery is kept beside the incidents, which is quicker. */
  readonly proof?: ProofLedger;
}

export const fillIncidents = async (stories: readonly Story[], ports: IncidentPorts): Promise<void> => {
  const byKey = Map.groupBy(stories, ({ cause, subject }) => `${cause} ${subject}`);
  await Promise.all([...byKey.values()].map((each) => tellAll(each, ports)));
};
