import { isMe } from '../../clay/me.ts';
import type { Config } from '../../config/schema.ts';
import type { SecretReference } from '../../config/secret-reference.ts';
import { askPublicApi } from './clay-public-api.ts';
import { defineProbe, type ProbeContext } from './context.ts';
import type { Look } from './look.ts';

/** The API key, by `GET /me`: the cheapest call that needs it [C]. */
export const clayKeyProbe = (
  clay: Config['clay'] & { readonly apiKey: SecretReference },
  context: ProbeContext,
) =>
  defineProbe<'clay-key', Look<'clay-key'>>(
    {
      id: 'clay.key',
      surface: 'clay-key',
      subject: 'clay-api-key',
      everyMinutes: 1,
      title: 'Clay API key',
      look: async (timeoutMs, signal) => {
        const asked = await askPublicApi('/me', clay, context, timeoutMs, signal);
        if (asked.kind === 'other') return asked.look;
        const { answer, said, phases, facts } = asked;
        return isMe(answer.body)
          ? { finding: 'authorized', summary: `${said}: the key is good.`, phases, facts }
          : {
              finding: 'unexpected-answer',
              summary: `${said}, but not with a user or a workspace.`,
              phases,
              facts,
            };
      },
    },
    context,
  );
