import { writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { createDynamoEvidenceStore } from '../shared/aws/dynamodb/evidence-store.ts';
import { createDynamoIncidentStore } from '../shared/aws/dynamodb/incident-store.ts';
import { createDynamoProofLedger } from '../shared/aws/dynamodb/notify/proof.ts';
import { systemClock } from '../shared/clock.ts';
import { shownKey } from '../shared/config/redact.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { dayOfId } from '../shared/incident/id.ts';
import { isOpen } from '../shared/incident/incident.ts';
import type { PostmortemFormat } from '../shared/respond/postmortem-format.ts';
import { postmortemText } from '../shared/respond/postmortem-text.ts';
import type { PostmortemFlags } from './commands/postmortem.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { withStore } from './store.ts';
import type { Terminal } from './terminal.ts';

const BY_EXTENSION: Readonly<Record<string, PostmortemFormat>> = {
  '.md': 'md',
  '.json': 'json',
  '.html': 'html',
  '.htm': 'html',
};

const formatOf = ({ format, out, json }: PostmortemFlags): PostmortemFormat =>
  (json ? 'json' : format) ??
  (out === undefined ? undefined : BY_EXTENSION[extname(out).toLowerCase()]) ??
  'md';

/** It tells of people and of what failed: readable by its owner only, unless it was there before. */
const PRIVATE = 0o600;

const writeTo = async (file: string, text: string, { cwd }: Terminal): Promise<void> => {
  try {
    await writeFile(resolve(cwd, file), text, { mode: PRIVATE });
  } catch (error) {
    const { code = 'an unknown fault' } = error as NodeJS.ErrnoException;
    throw new ClaywatchError(
      'usage.invalid',
      `The file of --out cannot be written: ${code}.`,
      'Name a file in a directory that exists and that you may write to.',
      { cause: error },
    );
  }
};

/** `claywatch postmortem`. Throws `incident.not-found`, and `usage.invalid` for a file that cannot be written. */
export const postmortem = (id: string, flags: PostmortemFlags, terminal: Terminal): Promise<ExitCode> =>
  withStore(flags, terminal, async ({ config, rows, credits, table }) => {
    const incidents = createDynamoIncidentStore(table);
    const incident = dayOfId(id) === null ? null : await incidents.byId(id);
    if (!incident)
      throw new ClaywatchError(
        'incident.not-found',
        `There is no incident ${shownKey(id)}.`,
        '`claywatch incidents list --all` names those of the last 30 days.',
      );
    const proof = createDynamoProofLedger(table);
    const evidence = createDynamoEvidenceStore(table);
    const stores = { incidents, proof, evidence, rows, credits };
    const asked = { config, now: systemClock.now() };
    const text = await postmortemText(incident, formatOf(flags), stores, asked);
    if (flags.out === undefined) {
      terminal.stdout.write(text);
      return EXIT.healthy;
    }
    await writeTo(flags.out, text, terminal);
    terminal.stdout.write(
      isOpen(incident)
        ? `The draft is written; ${incident.id} is not over yet.\n`
        : `The postmortem of ${incident.id} is written.\n`,
    );
    return EXIT.healthy;
  });
