import type { IncomingHttpHeaders, Server } from 'node:http';

/** Names that lead to this machine whatever the DNS says: no stranger's site has one of them. */
const OWN_NAME = /^(?:localhost|[a-z0-9.-]{1,200}\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

export const isOwnName = (host: string): boolean => OWN_NAME.test(host);

/** What a browser sends when a person has typed the address. */
const TYPED = 'none';

export interface ProgramsOnly {
  /** Whatever name it is reached by; default: only by one of this machine, so that no site can pretend to be it. */
  readonly anyName?: boolean;
}

/**
 * Whether a request was sent by a program, or by a person who typed the address, and not by a page that some browser of
 * this machine shows. Pages reach every port of the machine they are looked at on; a browser says so in `Origin` or
 * `Sec-Fetch-Site`, and a site whose name was pointed at this machine (DNS rebinding) shows in `Host`.
 */
export const isFromProgram = (
  { host = '', origin, 'sec-fetch-site': site = TYPED }: IncomingHttpHeaders,
  { anyName = false }: ProgramsOnly = {},
): boolean => origin === undefined && site === TYPED && (anyName || isOwnName(host));

const REFUSAL = JSON.stringify({ message: 'This port is for programs of this machine, not for web pages.' });

/**
 * Has a server answer programs only. For what asks nobody for a secret, as emulators of AWS do not: otherwise any web
 * page could read and change what they hold.
 */
export const programsOnly = <S extends Server>(server: S, options: ProgramsOnly = {}): S => {
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (isFromProgram(request.headers, options)) {
      for (const listener of listeners) listener.call(server, request, response);
      return;
    }
    // Unread, so that nobody is kept waiting; a browser hears of no more than that it failed.
    response.writeHead(403, { 'content-type': 'application/json', connection: 'close' }).end(REFUSAL);
  });
  return server;
};
