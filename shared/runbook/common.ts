import type { Step } from './entry.ts';

/** Steps and sentences that several causes share. */

export const STATUS_PAGE = 'https://status.clay.com (does not open: try a mobile network or a VPN)';

/** Where else Clay's state shows when its status page does not; each is independent of that page. */
export const ELSEWHERE: Step = {
  do: 'Look elsewhere meanwhile: what other users report, the notices that Clay sends to subscribers of its status page, and what Claywatch measures itself.',
  where: 'https://community.clay.com; your inbox, Slack or feed reader, if subscribed; npx claywatch triage',
  expect: 'The measurements say whether Clay works for you, whatever its page says.',
};

/** What needs no dashboard: what people want to see or do when it does not open. */
export const WITHOUT_DASHBOARD: Step = {
  do: 'Go on without the dashboard: credits, limits and rows are seen here, and a feed can be held, sent on or moved to another webhook from here.',
  where:
    'npx claywatch usage; npx claywatch status; npx claywatch hold <feed>; npx claywatch failover <feed>; the balance by API: GET /credits/balance',
  expect: 'Only edits of tables, columns and connections have to wait for the dashboard.',
};

/** There is nothing to say to users. */
export const NO_PUBLIC_IMPACT = 'No impact on users.';

export const ASK_SUPPORT: Step = {
  do: 'Report it to Clay with the evidence of this message.',
  where:
    'Clay > chat icon at the bottom right (Mon-Fri, 9:00-21:00 US Eastern), or https://community.clay.com at any time',
};

/** Second runbook, "Error Handling": can't access the Clay dashboard. */
export const DASHBOARD_CLOSED: Step = {
  do: 'If the Clay dashboard does not open for you, rule out your own browser: an incognito window, a different browser, or a mobile phone on its own network.',
  where: 'https://app.clay.com',
  expect: 'It opens for nobody: Clay is down. It opens elsewhere: it is your browser or your network.',
};

export const VERIFY_TRIAGE = 'npx claywatch triage reports healthy (exit code 0).';

/** The test of the second runbook, with its price: every POST to a webhook is a real row [C]. */
export const TEST_ROW: Step = {
  do: 'Send one test row to the new webhook URL. It is a real row: it uses one of the 50,000, runs the enrichments and may reach the CRM, so mark it as a test.',
  where:
    'curl -X POST "$CLAY_WEBHOOK_URL" -H "Content-Type: application/json" -d \'{"_triage": true}\' (with a token: add -H "x-clay-webhook-auth: $TOKEN")',
  expect: 'HTTP 200, and the row shows in the table (clear the filters of the view first).',
};

export const UPDATE_WEBHOOK_SECRET: Step = {
  do: 'Put the new URL (and token) into the secret that claywatch.config.ts names for this webhook; senders of the relay need nothing more. For senders that post to Clay themselves: CLAY_WEBHOOK_URL in all deployment secrets, and restart whatever reads them only at start.',
  where: 'Your secret store and deployments',
  expect: 'No sender uses the old URL any more.',
};

export const NEW_WEBHOOK: Step = {
  do: 'Create a new webhook on the table and copy its whole URL. If you add a token, copy it at once: Clay shows it only once. There is no API for this step.',
  where: 'Table > + Add > Webhooks > Monitor webhook',
  expect: 'A URL that begins with https://api.clay.com/v3/sources/webhook/',
};

/** A 200 is final, and Clay keeps no log of what it refused [C]. */
export const NO_REPLAY =
  'Rows of the relay that never came back: npx claywatch replay --dry-run. Rows that senders posted to Clay themselves: send those of the gap again. Clay has no replay and no webhook log, so compare what they sent with what is in the table. The same row sent twice becomes two rows and is paid twice, unless the auto-dedupe of the table is on.';

export const SLOW_RESTART =
  'Start senders that post to Clay themselves again gently: at most 10 requests per second over all webhooks of the workspace. What is above that is answered 429 and dropped.';

export const RUN_STALE_CELLS =
  'Run what was left behind: right-click the column > Run column > Run empty or out-of-date rows. Clay does not do this by itself for rows that were skipped.';

export const PUT_A_QUEUE =
  'Let senders post to the relay of Claywatch (POST /v1/rows/<feed>) and not to Clay, so that rows wait instead of being lost.';

/** What Clay support asks for before it gives credits back; refunds are goodwill [C]. */
export const REFUND =
  'If credits were wasted, ask Clay support for a refund, once, as goodwill. They ask for three things: the name of the workspace, the table, and the number of credits used. The text to send is in the mail, and npx claywatch postmortem <incident> counts the credits (in Clay: Settings > Usage > Workspace, or the History button of the table > Usage history).';

/** A planned piece of work, or a gap that nobody can mend: no message for that long, and recovery is still told. */
export const SILENCE =
  'For planned work, or for what nobody can mend now: npx claywatch silence add holds messages back for a while, with a reason.';
