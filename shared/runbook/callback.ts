import { CLOSES, CONFIRMS, COUNTS_ROWS, REPLAYS } from './automatic.ts';
import type { RunbookEntry } from './entry.ts';

const LOST_WITHOUT_RETRY =
  'Rows that Clay could not deliver are not repeated by themselves: Clay retries 408, 413, 429 and connection errors only, once by default. Run the HTTP API column again for the rows of the gap: right-click the column > Run column > Run empty or out-of-date rows.';

export const callback = {
  'callback.unreachable': {
    title: 'Our callback endpoint is down',
    meaning:
      'The address to which Clay sends enriched rows does not answer from outside. Clay works; what it sends back is lost.',
    impact: 'Enriched rows do not reach us. They are paid for, and stay in the Clay table only.',
    publicImpact: 'Updates of some records are currently delayed. We are working on it.',
    reach: 'subject',
    automatic: [CONFIRMS, CLOSES, COUNTS_ROWS, REPLAYS],
    steps: [
      {
        do: 'Look whether the service behind the address runs: recent logs, restarts, the last deployment.',
        where:
          'kubectl get pods; kubectl logs --since=15m (or your platform); if kubectl fails, log in again: the login has expired',
      },
      {
        do: 'Look at what stands before it: DNS, certificate, firewall, load balancer, gateway.',
        where: 'The evidence of this message says which of them failed',
      },
      {
        do: 'Roll back the last deployment, if the fault began with it.',
        where: 'Your deployment tool',
      },
      {
        do: 'Stop rows from being enriched into nothing: hold the feed, where rows go through the relay, until the endpoint answers.',
        where: 'npx claywatch hold <feed>; afterwards npx claywatch resume <feed>',
        expect: 'npx claywatch status says that the feed is held; rows wait, and none is lost.',
      },
      {
        do: 'If it will take long, switch off the HTTP API column for now, so that rows wait in the table instead of failing.',
        where: 'Column name > Edit column > Run settings > Auto-run',
      },
      {
        do: 'Make sure that the endpoint sheds load with 429 and never with 503: Clay does not retry a 5xx, and the row is lost.',
        where: 'Your service or gateway',
      },
    ],
    verify: ['The endpoint answers from outside several times in a row.', 'Enriched rows arrive again.'],
    afterwards: [LOST_WITHOUT_RETRY],
    prevent: [
      'Set the column to 5 retries, and shed load with 429.',
      'Take rows in through a queue, so that a restart of the service loses nothing.',
      'Watch the certificate and the DNS name of the address.',
    ],
    rootCause: 'Our own callback endpoint, or what stands before it, was not reachable.',
    sms: 'Check our callback service, DNS, TLS, last deploy.',
    smsAfterwards: 'Re-run the HTTP API column for rows of the gap.',
    questions: ['red-cells'],
  },

  'callback.failing': {
    title: 'Our callback endpoint does not work right',
    meaning:
      'Our callback endpoint can be reached, but it answers slowly or wrongly, or rejects too many of the rows that Clay sends.',
    impact: 'Some enriched rows are missing on our side. They are in the Clay table only.',
    publicImpact: 'Updates of some records are currently delayed.',
    reach: 'subject',
    automatic: [CONFIRMS, CLOSES, COUNTS_ROWS, REPLAYS],
    steps: [
      {
        do: 'Slow, or not as its conditions say: look at the service behind the address, as for any of your own.',
        where: 'kubectl logs --since=15m, Grafana (or your platform); the evidence says what was expected',
      },
      {
        do: 'Rows rejected: click a red cell of the HTTP API column and read the status.',
        where: 'Table > the HTTP API column > red cell',
        expect: '401 or 403: the secret header. 400 or 422: the body. 413: too large. 429: we are limiting.',
      },
      {
        do: '401 or 403: put the present secret into the header of the column. During a rotation the old one is valid too, for a while.',
        where: 'Column name > Edit column > Headers (or Settings > Connections > HTTP API account)',
      },
      {
        do: '400 or 422: repair the JSON body. Text needs quotes around the column reference; the row id must be there.',
        where: 'Column name > Edit column > Body',
      },
      {
        do: 'Run one cell by hand.',
        where: 'Right-click one cell of the column > Run cell',
        expect: 'The cell turns green, and the row is on our side.',
      },
    ],
    verify: [
      'The endpoint answers as its conditions say, in time, several times in a row.',
      'Less than 10 % of the callbacks of the last 15 minutes are rejected.',
    ],
    afterwards: [LOST_WITHOUT_RETRY],
    prevent: [
      'Change the body of the column and the code that reads it together, and try one row first.',
      'Keep two secrets valid at once while you rotate.',
    ],
    rootCause:
      'The body or the secret header of the HTTP API column no longer fits what our endpoint expects.',
    sms: 'Check our callback service and its log.',
    smsAfterwards: 'Re-run the HTTP API column for rejected rows.',
    questions: ['red-cells'],
  },
} as const satisfies Record<string, RunbookEntry>;
