import { spawn } from 'node:child_process';
import { shownKey } from '../shared/config/redact.ts';
import type { Config } from '../shared/config/schema.ts';
import { ClaywatchError } from '../shared/errors.ts';
import { dayOfId } from '../shared/incident/id.ts';
import type { OpenFlags } from './commands/open.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { jsonText } from './render/text.ts';
import { configHere } from './store.ts';
import { isInteractive, type Terminal } from './terminal.ts';

/** What opens an address, by platform; each takes it as an argument of its own, so that no shell reads it. */
const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

const openInBrowser = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const [program, ...words] = OPENERS[process.platform] ?? ['xdg-open'];
    const child = spawn(program, [...words, url], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });

const pathOf = (incident: string | undefined, { status }: OpenFlags, config: Config): string => {
  if (status) {
    if (config.statusPage.published) return '/status';
    throw new ClaywatchError(
      'usage.invalid',
      'The status page is not published.',
      'Set statusPage.published in the configuration; docs/statuspage.md says what it shows.',
    );
  }
  if (incident === undefined) return '/console';
  if (dayOfId(incident) !== null) return `/console#/incidents/${incident}`;
  throw new ClaywatchError(
    'incident.not-found',
    `${shownKey(incident)} is not the id of an incident.`,
    '`claywatch incidents list --all` names those of the last 30 days.',
  );
};

/** `claywatch open`. Throws `usage.invalid` when no address is known. */
export const open = async (
  incident: string | undefined,
  flags: OpenFlags,
  terminal: Terminal,
): Promise<ExitCode> => {
  const { config } = await configHere(flags, terminal);
  const { publicUrl } = config.respond;
  if (publicUrl === undefined)
    throw new ClaywatchError(
      'usage.invalid',
      'The address of the console is not known here.',
      'Start it with `npm start`, or set respond.publicUrl in the configuration (the output PublicUrl of the deployment).',
    );
  const url = `${publicUrl}${pathOf(incident, flags, config)}`;
  if (flags.json) {
    terminal.stdout.write(jsonText({ version: 1, url }));
    return EXIT.healthy;
  }
  if (!flags.print && isInteractive(terminal) && !(await openInBrowser(url)))
    terminal.stderr.write('No browser could be started here.\n');
  terminal.stdout.write(`${url}\n`);
  return EXIT.healthy;
};
