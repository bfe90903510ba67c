import * as z from 'zod';
import { CAUSE_IDS, type Cause } from '../../shared/cause.ts';
import { REPLAY_SOURCES } from '../../shared/replay/job.ts';
import { SEVERITIES } from '../../shared/severity.ts';

/*
 * What may be asked of feeds, replays, silences and drills. The API document is generated from these schemas.
 */

export const MAX_BODY_BYTES = 16_384;

const by = z.string().max(200).optional().meta({
  description: 'Who acts, as others shall read it; instead of the header x-claywatch-actor. Proves nothing.',
});
const dryRun = z
  .boolean()
  .default(false)
  .meta({ description: 'Says what would be done, and changes nothing.' });
const instant = z.iso.datetime({ offset: true });
const severity = z.enum(SEVERITIES);

const replayed = {
  by,
  source: z.enum(REPLAY_SOURCES).meta({
    description:
      'uncalled: accepted by Clay, and never called back. dead-letters: set aside. held: waiting behind a hold of an operator or of the forwarder.',
  }),
  since: instant.optional().meta({ description: 'Rows that were taken from then on.' }),
  until: instant.optional().meta({ description: 'And before then. Left out: now.' }),
  limit: z.int().min(1).max(10_000_000).optional().meta({ description: 'No more than so many.' }),
  fault: z
    .enum(['ours', 'row', 'all'])
    .default('ours')
    .meta({ description: 'Of dead letters: whose fault it was that they were set aside.' }),
};

const match = z
  .strictObject({
    causes: z
      .array(z.enum(CAUSE_IDS as [Cause, ...Cause[]]))
      .min(1)
      .max(50)
      .optional(),
    subject: z.string().min(1).max(120).optional(),
    feed: z.string().min(1).max(120).optional(),
    at_most: severity.optional().meta({ description: 'Only what is this urgent or less.' }),
    everything: z.boolean().default(false).meta({ description: 'Instead of the others.' }),
  })
  .meta({ description: 'What it covers; every member that is given must fit.' });

/** The body of every operation; an empty one counts as `{}`. */
export const BODIES = {
  hold: z.strictObject({
    by,
    reason: z.string().max(1_000).optional().meta({ description: 'Why, for whoever reads the history.' }),
    dry_run: dryRun,
  }),
  resume: z.strictObject({
    by,
    all: z
      .boolean()
      .default(false)
      .meta({ description: 'Also what incidents and the forwarder hold, which is released by itself.' }),
    dry_run: dryRun,
  }),
  failover: z.strictObject({
    by,
    to: z.string().min(1).max(120).optional().meta({
      description: 'The id of a webhook of the feed. Left out: the next of the pool that has room.',
    }),
    dry_run: dryRun,
  }),
  replayPlan: z.strictObject(replayed),
  replay: z.strictObject({
    ...replayed,
    confirm: z.int().min(0).meta({ description: 'The `rows` of the plan that was seen.' }),
  }),
  replayResume: z.strictObject({ by }),
  silence: z.strictObject({
    by,
    kind: z.enum(['silence', 'maintenance']).default('silence').meta({
      description: 'maintenance: planned work, which status pages show as such.',
    }),
    reason: z.string().max(1_000).meta({ description: 'What others read when they miss a message.' }),
    from: instant.optional().meta({ description: 'Left out: now.' }),
    to: instant,
    match,
    dry_run: dryRun,
  }),
  silenceEnd: z.strictObject({ by }),
  drill: z.strictObject({
    by,
    severity,
    minutes: z.int().min(1).max(240).default(10).meta({ description: 'It ends by itself after so many.' }),
    force: z.boolean().default(false).meta({ description: 'Although something real is open.' }),
    dry_run: dryRun,
  }),
  drillEnd: z.strictObject({ by }),
} as const;

export type Operation = keyof typeof BODIES;
export type Body<O extends Operation> = z.output<(typeof BODIES)[O]>;
