import type { HttpClient } from '../../../shared/http/port.ts';
import type { SampleRow } from '../core/clay.ts';

/** Where a sender says which rows Clay accepted: `POST /v1/submissions/{feed}`. */
export interface ReportTarget {
  readonly url: string;
  readonly header: string;
  readonly secret: string;
}

interface Reporter {
  hear(row: SampleRow): void;
  /** Sends what has gathered; what could not be sent is sent next time. */
  flush(http: HttpClient): Promise<void>;
}

const AT_ONCE = 500;
/** Older ones are forgotten when nobody takes the reports. */
const MAX_WAITING = 10_000;

/** A row that Clay accepted, or may have accepted; undefined for one that it refused. */
const reportOf = ({ rowId, email, webhook, answer }: SampleRow): object | undefined => {
  const row = { row_id: rowId, webhook, entity: email };
  if (answer.kind === 'fault') return { ...row, outcome: 'unknown' };
  return answer.status < 300 ? row : undefined;
};

/** The sender of the made-up rows, as a system that posts to Clay by itself would be. */
export const createReporter = ({ url, header, secret }: ReportTarget): Reporter => {
  let waiting: object[] = [];
  let busy = false;

  const send = async (http: HttpClient): Promise<void> => {
    const batch = waiting.slice(0, AT_ONCE);
    const outcome = await http({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', [header]: secret },
      body: JSON.stringify(batch),
      timeoutMs: 10_000,
      maxBodyBytes: 65_536,
    });
    const taken = outcome.kind === 'answer' && outcome.status < 300;
    if (taken) waiting = waiting.slice(batch.length);
  };

  return {
    hear: (row) => {
      const said = reportOf(row);
      if (said) waiting = [...waiting, said].slice(-MAX_WAITING);
    },
    flush: async (http) => {
      if (busy || waiting.length === 0) return;
      busy = true;
      try {
        await send(http);
      } finally {
        busy = false;
      }
    },
  };
};
