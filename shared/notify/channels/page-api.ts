import type { Answer, Failed } from './exchange.ts';
import type { ChannelCheck } from './port.ts';

/** What the public reads: their impact, and a person's words. */
export interface Publication {
  readonly incidentId: string;
  /** Which message it is, so that it is found again. */
  readonly key: string;
  readonly title: string;
  readonly body: string;
  readonly status: 'investigating' | 'identified' | 'monitoring' | 'resolved';
  /** How bad it is for the components. */
  readonly condition: 'operational' | 'degraded' | 'partial-outage' | 'major-outage';
  /** The page's own ids of the components that are hit. */
  readonly components: readonly string[];
}

/** A status page of one vendor. Each call is one exchange, or says why not. */
export interface PageApi {
  /** Begins an incident; `said`: with its first update in the same call. */
  begin(publication: Publication): Promise<{ readonly id: string; readonly said: boolean } | Failed>;
  /** An open incident that an earlier attempt may have begun; null when there is none. */
  find(incidentId: string): Promise<{ readonly id: string; readonly said: boolean } | null | Failed>;
  /** Adds an update to an incident, with its status and the conditions of components. */
  say(id: string, publication: Publication): Promise<null | Failed>;
  /** Whether an earlier attempt already added it. */
  hasSaid(id: string, publication: Publication): Promise<boolean | Failed>;
  /** Which of these components another open incident of the page is about. */
  heldByOthers(id: string, components: readonly string[]): Promise<readonly string[] | Failed>;
  check(): Promise<ChannelCheck>;
}

/** One call of a vendor's API, with the token on it; 2xx answers only. */
export type PageCall = (
  method: 'GET' | 'POST' | 'PUT' | 'PATCH',
  path: string,
  body?: object,
) => Promise<Answer | Failed>;
