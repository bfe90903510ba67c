import { type Balance, readBalance } from '../../clay/balance.ts';
import type { Config } from '../../config/schema.ts';
import type { SecretReference } from '../../config/secret-reference.ts';
import type { FindingOf } from '../findings.ts';
import { type Observation, observation } from '../observation.ts';
import { askPublicApi } from './clay-public-api.ts';
import { defineProbe, type ProbeContext } from './context.ts';
import type { Look, Seen } from './look.ts';

interface BalanceLook extends Look<'clay-balance'> {
  readonly balance?: Balance;
}

type Thresholds = Config['credits'];

/** How a meter stands. The most urgent threshold that is met counts, in whatever order they were configured. */
export const meterFinding = (left: number, thresholds: Thresholds): FindingOf<'credits'> => {
  if (left <= 0) return 'exhausted';
  if (left < thresholds.criticalBelow) return 'critical';
  if (left < thresholds.veryLowBelow) return 'very-low';
  return left < thresholds.lowBelow ? 'low' : 'funded';
};

const THRESHOLD = { critical: 'criticalBelow', 'very-low': 'veryLowBelow', low: 'lowBelow' } as const;

const AMOUNT = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 });
const amount = (value: number): string => AMOUNT.format(value);

const meter = (
  surface: 'credits' | 'actions',
  left: number,
  thresholds: Thresholds,
  { at, durationMs }: Seen<BalanceLook>,
  confirmed: boolean,
): Observation => {
  const finding = meterFinding(left, thresholds);
  const unit = surface === 'credits' ? 'data credits' : 'action executions';
  const below = finding in THRESHOLD ? thresholds[THRESHOLD[finding as keyof typeof THRESHOLD]] : undefined;
  const summary =
    finding === 'exhausted'
      ? `No ${unit} are left (balance ${amount(left)}).`
      : `${amount(left)} ${unit} are left${below === undefined ? '' : `, below ${amount(below)}`}.`;
  return observation<'credits' | 'actions'>({
    probe: `clay.${surface}`,
    surface,
    subject: 'workspace',
    finding,
    at,
    durationMs,
    confirmed: finding === 'funded' || confirmed,
    summary,
    facts: { left, ...(below === undefined ? {} : { below }) },
  });
};

/** Both meters, by `GET /credits/balance`; reading is free [C]. */
export const clayBalanceProbe = (
  { credits, actions }: Config,
  clay: Config['clay'] & { readonly apiKey: SecretReference },
  context: ProbeContext,
) =>
  defineProbe<'clay-balance', BalanceLook>(
    {
      id: 'clay.balance',
      surface: 'clay-balance',
      subject: 'clay-api-key',
      everyMinutes: clay.balanceEveryMinutes,
      title: 'Clay balance',
      look: async (timeoutMs, signal) => {
        const asked = await askPublicApi('/credits/balance', clay, context, timeoutMs, signal);
        if (asked.kind === 'other') return asked.look;
        const { answer, said, phases, facts } = asked;
        const balance = readBalance(answer.body);
        return balance
          ? { finding: 'readable', summary: `${said}: the balance is readable.`, phases, facts, balance }
          : {
              finding: 'unexpected-answer',
              summary: `${said}, but without a balance that can be read.`,
              phases,
              facts,
            };
      },
      alsoSeen: (seen) => {
        const { balance } = seen.look;
        if (!balance) return [];
        return [
          meter('credits', balance.credits, credits, seen, context.confirm),
          ...(balance.actions === undefined
            ? []
            : [meter('actions', balance.actions, actions, seen, context.confirm)]),
        ];
      },
    },
    context,
  );
