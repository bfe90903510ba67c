import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_AWS } from '../../local/aws.ts';
import { createDynamoClient } from '../../shared/aws/dynamodb/client.ts';
import { createDynamoEvidenceStore } from '../../shared/aws/dynamodb/evidence-store.ts';
import { createDynamoIncidentStore } from '../../shared/aws/dynamodb/incident-store.ts';
import { createDynamoProofLedger } from '../../shared/aws/dynamodb/notify/proof.ts';
import { systemClock } from '../../shared/clock.ts';
import type { ConfigInput } from '../../shared/config/schema.ts';
import { act } from '../../shared/incident/act.ts';
import { markDelivered } from '../../shared/incident/deliveries.ts';
import type { Incident } from '../../shared/incident/incident.ts';
import { MINUTE, opened, policy, resolved } from '../incident/fixtures.ts';
import { differences } from '../postmortem/recompute.ts';
import { configOf, evidenceOf } from '../postmortem/stories.ts';
import { type CountedWorld, startCountedWorld } from './counted-world.ts';
import { runCli } from './run-cli.ts';

const CONFIG: ConfigInput = {
  feeds: { leads: { webhooks: [{ id: 'leads-1', url: 'env:LEADS_1', table: 'Leads' }] } },
  postmortem: { creditPrice: 0.05, currency: 'EUR', workspace: 'Acme' },
};
const FROM = systemClock.now() - 30 * MINUTE;

let world: CountedWorld;
let client: ReturnType<typeof createDynamoClient>;
let story: Incident;

beforeAll(async () => {
  world = await startCountedWorld(CONFIG);
  client = createDynamoClient({ ...LOCAL_AWS, endpoint: world.deployed.AWS_ENDPOINT_URL_DYNAMODB ?? '' });
  const table = { client, tableName: world.deployed.TABLE_NAME ?? '' };
  const store = createDynamoIncidentStore(table);
  const proof = createDynamoProofLedger(table);
  const evidence = createDynamoEvidenceStore(table);

  const first = opened(undefined, FROM);
  const page = first.pending[0];
  if (!page) throw new Error('nothing is owed');
  const at = FROM + 2 * MINUTE;
  const told = markDelivered(first, page.id, 'receipt', at);
  const taken = act(
    told,
    { kind: 'acknowledge' },
    { name: 'Ada', via: 'cli' },
    { policy, now: FROM + 9 * MINUTE },
  );
  story = resolved(taken.kind === 'done' ? taken.incident : told, FROM + 25 * MINUTE);
  let before: Incident | null = null;
  for (const next of [first, told, taken.kind === 'done' ? taken.incident : told, story]) {
    expect(await store.write(next, before)).toBe('written');
    before = next;
  }
  const row = { notificationId: page.id, incidentId: first.id, transition: page.transition, channel: 'sns' };
  await proof.owe([{ ...row, owedAt: FROM }]);
  await proof.record(page.id, 'sns', { status: 'delivered', at, receipt: 'sns-1' });
  const counts = { submitted: 100, calledBack: 95, outstanding: 5, waiting: 0 };
  await evidence.keep(evidenceOf(story, FROM, counts, 9_000));
  const end = { submitted: 140, calledBack: 140, outstanding: 0, waiting: 8 };
  await evidence.keep(evidenceOf(story, FROM + 25 * MINUTE, end, 8_900));
  await world.count(40, 40);
}, 60_000);

afterAll(async () => {
  client.destroy();
  await world.stop();
});

const postmortem = (...args: readonly string[]) => runCli(['postmortem', ...args, '--state', world.dir]);

describe('claywatch postmortem', { timeout: 60_000 }, () => {
  it('is Markdown from what is stored', async () => {
    const { code, stdout, stderr } = await postmortem(story.id);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('| Duration | 26 min (0.43 hours) |');
    expect(stdout).toContain('| Notify (from opening) | 2 min | 5 min | yes |');
    expect(stdout).toContain('| Acknowledge (from opening) | 9 min | 15 min | yes |');
    expect(stdout).toContain('| leads | 48 | 8 | 0 | not known | 0 |');
    expect(stdout).toContain('- Workspace: Acme\n- Tables: Leads\n');
  });

  it('says in JSON what an independent program finds in the stores', async () => {
    const { code, stdout } = await postmortem(story.id, '--format', 'json');
    expect(code).toBe(0);
    const shown = JSON.parse(stdout);
    expect(shown.credits).toMatchObject({ spent: 100, currency: 'EUR' });
    const table = { client, tableName: world.deployed.TABLE_NAME ?? '' };
    const raw = {
      incident: story,
      proofs: await createDynamoProofLedger(table).ofIncident(story.id),
      snapshots: await createDynamoEvidenceStore(table).ofIncident(story.id),
      feedSnapshots: [await world.rows.snapshot('leads')],
      creditHistory: await world.credits.load(),
      config: configOf(CONFIG),
      now: systemClock.now(),
      feeds: ['leads'],
    };
    expect(differences(shown, JSON.parse(JSON.stringify(raw)))).toEqual([]);
  });

  it('writes a page to a file by its name, for its owner only', async () => {
    const file = join(world.dir, 'review.html');
    const { code, stdout } = await postmortem(story.id, '--out', file);
    expect([code, stdout]).toEqual([0, `The postmortem of ${story.id} is written.\n`]);
    expect(await readFile(file, 'utf8')).toMatch(/^<!doctype html>[\s\S]*Prevention/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('says what is wrong with an id, a format and a file', async () => {
    const missing = await postmortem('inc-20260101-00000000');
    expect(missing.stderr).toContain('incident.not-found');
    expect(missing.code).toBe(64);
    expect((await postmortem(story.id, '--format', 'pdf')).code).toBe(64);
    const nowhere = await postmortem(story.id, '--out', join(world.dir, 'no', 'such', 'file.md'));
    expect(nowhere.stderr).toContain('ENOENT');
    expect(nowhere.code).toBe(64);
  });
});
