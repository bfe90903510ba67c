import type { Config } from '../../config/schema.ts';
import type { HttpOutcome } from '../../http/port.ts';
import { defineProbe, type ProbeContext } from './context.ts';
import type { Look } from './look.ts';

/** What is read of an answer here: that there is one is all that counts. */
const MAX_BODY_BYTES = 1_024;

/**
 * Our own way to the network, against hosts independent of Clay: any HTTP answer from any of them proves it, and then
 * the others are not waited for. Without this a fault of our network would be blamed on Clay.
 */
export const connectivityProbe = ({ connectivity }: Config, context: ProbeContext) =>
  defineProbe<'connectivity', Look<'connectivity'>>(
    {
      id: 'connectivity',
      surface: 'connectivity',
      subject: 'own-network',
      everyMinutes: 1,
      title: 'Own network',
      timeoutMs: connectivity.timeoutMs,
      look: async (timeoutMs, signal) => {
        const asked = connectivity.urls.length;
        const enough = new AbortController();
        const either = signal ? AbortSignal.any([signal, enough.signal]) : enough.signal;
        const failures: string[] = [];
        const ask = async (url: string): Promise<HttpOutcome> => {
          const request = { method: 'GET', url, timeoutMs, maxBodyBytes: MAX_BODY_BYTES } as const;
          const outcome = await context.http(request, either);
          if (outcome.kind === 'answer') return outcome;
          failures.push(outcome.failure);
          throw new Error(outcome.failure);
        };
        try {
          const { phases } = await Promise.any(connectivity.urls.map(ask));
          return {
            finding: 'online',
            summary: `The network works: an independent host answered in ${Math.round(phases.totalMs)} ms.`,
            phases,
            facts: { reached: 1, asked },
          };
        } catch {
          signal?.throwIfAborted();
          const kinds = [...new Set(failures)].toSorted().join(', ');
          return {
            finding: 'offline',
            summary: `No independent host could be reached (${asked} asked: ${kinds}), so the fault is in our own network.`,
            facts: { reached: 0, asked, failures: kinds },
          };
        } finally {
          enough.abort();
        }
      },
    },
    context,
  );
