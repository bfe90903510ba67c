import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '../../../shared/clock.ts';
import { ClaywatchError } from '../../../shared/errors.ts';
import { programsOnly } from '../../programs-only.ts';
import { type Answer, jsonAnswer } from '../core/answer.ts';
import { type Clay, createClay } from '../core/clay.ts';
import { type ClayOptions, SIMULATED_CALLBACK_SECRET } from '../core/options.ts';
import { createRandom } from '../core/random.ts';
import { routeOf } from '../core/surface.ts';
import { createSender } from '../sender.ts';
import { enact } from './enact.ts';
import { type ClayUrls, exampleConfig } from './example-config.ts';
import { readRequest } from './read-request.ts';
import { createRelaySender, type RelayTarget } from './relay-sender.ts';
import { createReporter, type ReportTarget } from './reporter.ts';

/** One line of the log: what was asked of which surface, and what came back. No address of a webhook, no data. */
export interface Exchange {
  readonly method: string;
  readonly surface: string;
  readonly outcome: string;
}

export interface ServerSettings {
  /** 0: any free port. */
  readonly port: number;
  /** Default: this machine only. */
  readonly host?: string;
  /** Own ports for the web application and the status page, served there without their prefix. */
  readonly webPort?: number;
  readonly statusPort?: number;
  readonly clock?: Clock;
  readonly seed?: number;
  /** What differs from the defaults; without a callback, rows go to the callback stand-in. */
  readonly options?: Partial<ClayOptions>;
  /** Made-up rows, to the first webhook or to `relay`. */
  readonly rowsPerMinute?: number;
  /** Who takes made-up rows in the place of a webhook, to send them on. */
  readonly relay?: RelayTarget;
  /** Where the sender of made-up rows reports those that Clay accepted; their ids are then new on every start. */
  readonly report?: ReportTarget;
  onExchange?(exchange: Exchange): void;
}

export interface RunningClay {
  readonly clay: Clay;
  readonly urls: ClayUrls;
  /** Ends every connection, hanging ones too. */
  close(): Promise<void>;
}

const TICK_MS = 200;

const isOwn = (host: string): boolean => /^(?:localhost|127\.|::1$)/.test(host);

const listen = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error);
      reject(
        new ClaywatchError(
          'local.port-in-use',
          `Port ${port} is taken by another program.`,
          'Stop that program, or give another port with --port N.',
          { cause: error },
        ),
      );
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });

const shut = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

/**
 * Serves a simulated Clay over HTTP and moves its rows.
 * Throws `local.port-in-use` when a port is taken; nothing is left running then.
 */
export const startClay = async (settings: ServerSettings): Promise<RunningClay> => {
  const { host = '127.0.0.1', clock = systemClock, seed = 1, rowsPerMinute = 0 } = settings;
  const servers: Server[] = [];
  let clay: Clay | undefined;
  let urls: ClayUrls | undefined;

  const answerTo = (target: string, handle: () => Answer): Answer =>
    target === '/_config' && urls ? jsonAnswer(200, exampleConfig(urls)) : handle();

  const serve = async (request: IncomingMessage, response: ServerResponse, prefix: string) => {
    const asked = await readRequest(request, prefix);
    if (!clay) return response.destroy();
    const simulated = clay;
    const answer = answerTo(asked.target, () => simulated.handle(asked));
    const { surface } = routeOf(asked.target);
    const outcome = answer.kind === 'answer' ? String(answer.status) : answer.fault;
    if (surface !== 'control') settings.onExchange?.({ method: asked.method, surface, outcome });
    enact(answer, request, response);
  };

  const open = async (port: number, prefix: string): Promise<number> => {
    const server = programsOnly(
      createServer((request, response) => {
        // A client that went away mid-request is no concern of the simulation.
        serve(request, response, prefix).catch(() => response.destroy());
      }),
      // Where it is opened to other machines it is reached by whatever name they have for it.
      { anyName: !isOwn(host) },
    );
    servers.push(server);
    return listen(server, port, host);
  };

  const at = (port: number) => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  try {
    const base = at(await open(settings.port, ''));
    const web = settings.webPort === undefined ? `${base}/web` : at(await open(settings.webPort, '/web'));
    const status =
      settings.statusPort === undefined ? `${base}/status` : at(await open(settings.statusPort, '/status'));
    urls = { base, web, publicApi: `${base}/public/v0`, status };
  } catch (error) {
    await Promise.all(servers.map(shut));
    throw error;
  }

  const callback = {
    url: `${urls.base}/stand-ins/callback`,
    header: 'x-callback-secret',
    secret: SIMULATED_CALLBACK_SECRET,
    timeoutMs: 30_000,
    retries: 1,
  };
  const { report } = settings;
  const reporter = report && createReporter(report);
  const running = createClay({
    clock,
    random: createRandom(seed),
    options: { callback, ...settings.options },
    ...(reporter ? { samplePrefix: `sample-${clock.now().toString(36)}`, onSample: reporter.hear } : {}),
  });
  clay = running;

  const closing = new AbortController();
  const sender = createSender(closing.signal);
  const unlessClosing = (error: unknown) => {
    if (!closing.signal.aborted) throw error;
  };
  const ticking = setInterval(() => {
    Promise.all([running.tick(sender), reporter?.flush(sender)]).catch(unlessClosing);
  }, TICK_MS);
  const first = running.state().webhooks[0]?.id;
  const relaying = settings.relay && createRelaySender(settings.relay);
  const sendRow = () => {
    if (relaying) relaying.send(sender).catch(unlessClosing);
    else if (first !== undefined) running.sampleRows(first, 1);
  };
  const sampling = rowsPerMinute > 0 ? setInterval(sendRow, 60_000 / rowsPerMinute) : undefined;

  return {
    clay: running,
    urls,
    close: async () => {
      clearInterval(ticking);
      clearInterval(sampling);
      closing.abort();
      await Promise.all(servers.map(shut));
    },
  };
};
