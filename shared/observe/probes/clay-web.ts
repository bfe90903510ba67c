import { isChallenge } from '../../clay/answer.ts';
import { hostOf } from '../../clay/url.ts';
import type { Config } from '../../config/schema.ts';
import { defineProbe, type ProbeContext } from './context.ts';
import type { Look } from './look.ts';
import { answered, answerFacts, transportLook } from './words.ts';

/** Clay's web site, as a browser would ask for it. */
export const clayWebProbe = ({ clay }: Config, context: ProbeContext) =>
  defineProbe<'clay-web', Look<'clay-web'>>(
    {
      id: 'clay.web',
      surface: 'clay-web',
      subject: 'clay',
      everyMinutes: 1,
      title: 'Clay web',
      look: async (timeoutMs, signal) => {
        const host = hostOf(clay.webUrl);
        const { maxBodyBytes } = context.policy;
        const outcome = await context.http(
          {
            method: 'GET',
            url: clay.webUrl,
            headers: { accept: 'text/html' },
            timeoutMs,
            maxBodyBytes,
          },
          signal,
        );
        if (outcome.kind === 'failure') return transportLook(outcome, host);
        const { status, phases } = outcome;
        const said = answered(host, outcome);
        const seen = { phases, facts: answerFacts(outcome, context.clock.now()) };
        if (isChallenge(outcome)) {
          return { ...seen, finding: 'blocked', summary: `${said}: a bot filter, not Clay itself.` };
        }
        if (status >= 200 && status < 400) return { ...seen, finding: 'up', summary: `${said}.` };
        if (status >= 500) return { ...seen, finding: 'server-error', summary: `${said}: a server error.` };
        return { ...seen, finding: 'unexpected-answer', summary: `${said}, which says nothing either way.` };
      },
    },
    context,
  );
