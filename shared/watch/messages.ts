import type { Clock } from '../clock.ts';
import type { Config } from '../config/schema.ts';
import { type ProofLedger, undeliveredAge } from '../notify/proof.ts';
import { observation } from '../observe/observation.ts';
import type { Probe } from '../observe/probe.ts';

const MINUTE = 60_000;
/** What the throttle held back goes out in a summary after so long. */
const SUMMARY_MINUTES = 15;
/** For the fallback itself to be tried, some runs. */
const SPARE_MINUTES = 5;

export const MESSAGES = 'messages';

/** When a message that nobody took is a fault of ours, minutes: later than any fallback had its turn. */
const longestMinutes = ({ notify }: Pick<Config, 'notify'>): number =>
  Math.max(notify.fallback.afterMinutes, SUMMARY_MINUTES) + SPARE_MINUTES;

/** How long the oldest message is owed that no channel took and no fallback either. None without a ledger of proof. */
export const createMessagesProbe = (
  config: Pick<Config, 'notify' | 'schedule'>,
  proof: Pick<ProofLedger, 'undelivered'> | undefined,
  clock: Pick<Clock, 'now'>,
): readonly Probe[] =>
  proof
    ? [
        {
          id: MESSAGES,
          surface: 'messages',
          subject: MESSAGES,
          everyMinutes: config.schedule.everyMinutes,
          title: 'Messages to people',
          run: async () => {
            const now = clock.now();
            const { ageMs, channel } = await undeliveredAge(proof, now);
            const minutes = ageMs === null ? 0 : Math.floor(ageMs / MINUTE);
            const isLate = ageMs !== null && minutes >= longestMinutes(config);
            return [
              observation({
                probe: MESSAGES,
                surface: 'messages',
                subject: MESSAGES,
                finding: isLate ? 'undelivered' : 'delivered',
                at: now,
                durationMs: clock.now() - now,
                summary: isLate
                  ? `a message is owed to ${channel} for ${minutes} min, and no fallback took it`
                  : 'every message was taken, or is on its way',
                facts: ageMs === null ? {} : { owedForMinutes: minutes },
              }),
            ];
          },
        },
      ]
    : [];
