import { isChallenge } from '../../clay/answer.ts';
import { hostOf } from '../../clay/url.ts';
import { type Config, configSchema } from '../../config/schema.ts';
import { defineProbe, type ProbeContext } from './context.ts';
import type { Look } from './look.ts';
import { answered, answerFacts, transportLook } from './words.ts';

const OWN_APP = 'https://app.clay.com';

/** The dashboard; Clay's own where its own web site is watched. Null: none is known. */
export const appUrlOf = ({ clay }: Pick<Config, 'clay'>): string | null => {
  if (clay.appUrl !== undefined) return clay.appUrl;
  return clay.webUrl === configSchema.shape.clay.parse({}).webUrl ? OWN_APP : null;
};

/**
 * Clay's dashboard, as a browser would ask for it. How it answers programs is not known [U]: a bot filter before it is
 * neither fine nor down.
 */
export const clayAppProbe = (config: Config, context: ProbeContext) => {
  const url = appUrlOf(config);
  if (url === null) return null;
  return defineProbe<'clay-app', Look<'clay-app'>>(
    {
      id: 'clay.app',
      surface: 'clay-app',
      subject: 'clay',
      everyMinutes: 1,
      title: 'Clay dashboard',
      look: async (timeoutMs, signal) => {
        const host = hostOf(url);
        const { maxBodyBytes } = context.policy;
        const outcome = await context.http(
          { method: 'GET', url, headers: { accept: 'text/html' }, timeoutMs, maxBodyBytes },
          signal,
        );
        if (outcome.kind === 'failure') return transportLook(outcome, host);
        const { status, phases } = outcome;
        const said = answered(host, outcome);
        const seen = { phases, facts: answerFacts(outcome, context.clock.now()) };
        if (isChallenge(outcome) || status === 403 || status === 429)
          return {
            ...seen,
            finding: 'filtered',
            summary: `${said}: it lets no program in, so only a browser can tell.`,
          };
        if (status >= 200 && status < 400) return { ...seen, finding: 'up', summary: `${said}.` };
        if (status >= 500) return { ...seen, finding: 'server-error', summary: `${said}: a server error.` };
        return { ...seen, finding: 'unexpected-answer', summary: `${said}, which says nothing either way.` };
      },
    },
    context,
  );
};
