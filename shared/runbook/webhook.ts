import {
  CLOSES,
  CONFIRMS,
  COUNTS_ROWS,
  FAILS_OVER,
  HOLDS_ROWS,
  PACES,
  READS_STATUS,
  REPLAYS,
  SEEN_BY_COUNTING,
  SEEN_BY_ROWS,
  SEEN_IF_CHECKED,
  SETS_ASIDE,
} from './automatic.ts';
import {
  ASK_SUPPORT,
  NEW_WEBHOOK,
  NO_PUBLIC_IMPACT,
  NO_REPLAY,
  PUT_A_QUEUE,
  SLOW_RESTART,
  STATUS_PAGE,
  TEST_ROW,
  UPDATE_WEBHOOK_SECRET,
} from './common.ts';
import type { RunbookEntry } from './entry.ts';

export const webhook = {
  'webhook.intake-failing': {
    title: 'Webhook takes no rows',
    meaning:
      'The webhook answers with server errors or not at all, although the address is right. A row that a sender posts to it is lost, for Clay neither queues nor retries; those of the relay wait.',
    impact: 'No new rows reach the Clay table of this feed. Leads that are sent now are not enriched.',
    publicImpact:
      'New records are currently not being accepted for enrichment. Existing data is not affected. We are working on it.',
    reach: 'subject',
    automatic: [SEEN_IF_CHECKED, CONFIRMS, READS_STATUS, CLOSES, SEEN_BY_ROWS, HOLDS_ROWS, REPLAYS],
    steps: [
      {
        do: 'Senders of the relay: change nothing. Senders that post to this webhook themselves: stop them, or let your own queue hold the rows.',
        where: 'Your senders: CRM workflows, forms, Zapier, Make, scripts',
      },
      {
        do: 'Read whether Clay knows: webhook intake is the part that fails most often.',
        where: STATUS_PAGE,
      },
      {
        do: 'Turn on graceful degradation in your product and keep an eye on the status page.',
        where: 'Your own service (feature flag or setting)',
      },
      {
        do: 'If the status page shows nothing, try whether only this webhook is hit: send one marked row to another webhook of the workspace.',
        where: 'curl, or a sender that you can steer',
        expect:
          'The other one answers 200: create a new webhook on the same table and switch to it. It fails too: it is Clay; wait.',
      },
      ASK_SUPPORT,
    ],
    verify: [
      'The webhook answers 2xx to real rows several times in a row.',
      'The rows show in the table, and come back enriched.',
    ],
    afterwards: [NO_REPLAY, SLOW_RESTART],
    prevent: [
      PUT_A_QUEUE,
      'Keep at least one standby webhook per feed: Clay has no API to create one in a hurry.',
    ],
    rootCause: 'The webhook intake of Clay answered with server errors or timed out.',
    sms: 'Stop sending to this webhook: refused rows are lost.',
    smsAfterwards: 'Send the refused rows again: Clay kept none.',
    smsWhen: {
      hold: 'Rows are held, none is lost; sending resumes by itself.',
      afterwards: 'No row of the relay was lost; the mail says what is left.',
    },
    questions: [],
  },

  'webhook.limit-reached': {
    title: 'Webhook has reached its 50,000 rows',
    meaning:
      'A Clay webhook accepts 50,000 rows in its life; this one has, and answers 403 "Record limit reached for webhook". Deleting rows does not lower the count.',
    impact:
      'Every row sent to this webhook is refused. It is lost, unless it went through the relay: then a standby has taken over, or rows wait for one. Clay tells the sender, but no person.',
    publicImpact:
      'New records are currently not being accepted for enrichment. Existing data is not affected. We are working on it.',
    reach: 'subject',
    automatic: [
      SEEN_IF_CHECKED,
      COUNTS_ROWS,
      CONFIRMS,
      CLOSES,
      SEEN_BY_ROWS,
      FAILS_OVER,
      HOLDS_ROWS,
      REPLAYS,
    ],
    steps: [
      {
        do: 'If a standby has taken over, nothing is refused any more: make the next standby, in quiet, and leave the rest out.',
        where: 'npx claywatch status',
        expect: 'The feed flows, and the webhook in use is another one.',
      },
      {
        do: 'Make sure that it is the webhook and not the table: does the existing webhook show "limit reached"?',
        where: 'Table > + Add > Webhooks > the existing webhook',
        expect: '"Limit reached", or 50,000 submissions.',
      },
      {
        do: 'Look how many rows the table itself holds. If it is at its own ceiling too, a second webhook on it does not help: go by "Table is full" instead.',
        where: 'Row count in the table toolbar, after Clear filters',
        expect: 'Well below the ceiling of the table (50,000 on most plans).',
      },
      { ...NEW_WEBHOOK, do: `${NEW_WEBHOOK.do} Use the same table.` },
      UPDATE_WEBHOOK_SECRET,
      TEST_ROW,
      {
        do: 'Open the first row that came in through the new webhook: are the columns that read from the webhook filled?',
        where: 'Table > the new row',
        expect: 'Filled like the rows before. If not, point the columns at the new webhook as well.',
      },
    ],
    verify: [
      'The new webhook answers 2xx to real rows.',
      'New rows show in the table and come back enriched.',
    ],
    afterwards: [
      NO_REPLAY,
      'Add the new webhook to claywatch.config.ts with its start count, and create the next standby now, while you are there.',
    ],
    prevent: [
      'Keep a standby webhook per feed. The relay rotates at 45,000 rows by itself; Claywatch warns from 40,000 on, where it counts the rows.',
      'On the Enterprise plan, use auto-delete (a passthrough table): it has no limit of 50,000. Mark the webhook as unlimited in claywatch.config.ts.',
      'Do not test webhooks on a schedule: a test row every 5 minutes uses up a webhook in about 174 days.',
    ],
    rootCause: 'The webhook reached its lifetime limit of 50,000 accepted rows with no standby in use.',
    sms: 'Table > + Add > Webhooks: make a new one, swap the URL.',
    smsAfterwards: 'Send refused rows again; make the next standby.',
    smsWhen: {
      hold: 'Rows are held: make a new webhook, add it to the config.',
      failover: 'A standby took over. Make the next one in quiet.',
      afterwards: 'No row of the relay was lost; make the next standby.',
    },
    questions: [],
  },

  'webhook.limit-approaching': {
    title: 'Webhook nears its limit, or is the last',
    meaning:
      'This webhook has accepted most of the 50,000 rows of its life, or it is the last one that its feed has. At the limit it refuses every further row with 403, and deleting rows does not help.',
    impact:
      'Nothing is broken yet. From the day on which the limit is reached, rows of the relay wait for another webhook, and those that senders post to Clay are lost.',
    publicImpact: NO_PUBLIC_IMPACT,
    reach: 'subject',
    automatic: [CONFIRMS, CLOSES, SEEN_BY_COUNTING, FAILS_OVER],
    steps: [
      { ...NEW_WEBHOOK, do: `Create a standby now, in quiet. ${NEW_WEBHOOK.do}` },
      {
        do: 'Look at the rows of the table as well: it has a ceiling of its own, and a second webhook on a full table does not help.',
        where: 'Row count in the table toolbar, after Clear filters',
        expect: 'Room for the rows of the coming months; otherwise make the standby on a new table.',
      },
      {
        do: 'Add the standby to the feed in claywatch.config.ts, with its URL as a named secret. The relay switches to it at 45,000 rows; senders that post to Clay themselves must be switched by you.',
        where: 'claywatch.config.ts > feeds > webhooks',
      },
    ],
    verify: [
      'The feed has a standby with free capacity; Claywatch names it, and a P2 becomes a P4.',
      'Rows go to the standby: with the relay at once, otherwise a day after the senders were switched, Claywatch resolves the incident.',
    ],
    afterwards: [
      'Switch senders that post to Clay themselves to the standby before the old webhook is full, and note the date.',
    ],
    prevent: [
      'Always keep one standby more than you need.',
      'On the Enterprise plan, use auto-delete (a passthrough table): it has no limit of 50,000.',
      'Send no canaries without need: one every 5 minutes uses up a webhook in about 174 days. Claywatch sends none unless told to.',
    ],
    rootCause: 'The webhook is close to its lifetime limit of 50,000 accepted rows.',
    sms: 'Create a standby webhook: Table > + Add > Webhooks.',
    smsAfterwards: 'Switch senders before the old webhook is full.',
    questions: [],
  },

  'webhook.gone': {
    title: 'Webhook does not exist',
    meaning:
      'The webhook URL answers 404: the webhook or its table was deleted, or the URL is incomplete. Rows that senders post to it are lost, those of the relay wait.',
    impact: 'No new rows reach the Clay table of this feed.',
    publicImpact:
      'New records are currently not being accepted for enrichment. Existing data is not affected. We are working on it.',
    reach: 'subject',
    automatic: [SEEN_IF_CHECKED, CONFIRMS, CLOSES, SEEN_BY_ROWS, HOLDS_ROWS],
    steps: [
      {
        do: 'Compare the URL in use with the one in Clay. A test that returns nothing at all is most often an incomplete URL: copy the full URL from the Clay table again.',
        where: 'Table > + Add > Webhooks > the existing webhook > URL',
        expect: 'Both are the same to the last character. If not, correct the secret and stop here.',
      },
      {
        do: 'If the webhook is gone, ask who deleted it or the table; a deleted webhook does not come back.',
        where: 'Your team; Clay support can tell which table a URL belonged to',
      },
      NEW_WEBHOOK,
      UPDATE_WEBHOOK_SECRET,
      {
        do: 'Until then a standby of the feed can take over. Claywatch does not choose that by itself: a wrong URL is no reason to use up the next webhook.',
        where: 'npx claywatch failover <feed> --dry-run',
      },
      TEST_ROW,
    ],
    verify: ['The webhook answers 2xx to real rows.', 'The rows show in the table and come back enriched.'],
    afterwards: [NO_REPLAY],
    prevent: [
      'Name webhook tables after what sends to them ("CRM lead intake"), so that nobody deletes them as leftovers.',
      'Keep the URL in one secret and let every sender read that one.',
      'Keep a standby webhook per feed.',
    ],
    rootCause: 'The webhook or its table was deleted in Clay, or the URL in use is incomplete.',
    sms: 'Compare the URL with Clay; if deleted, make a new one.',
    smsAfterwards: 'Send the refused rows again: Clay kept none.',
    smsWhen: { afterwards: 'No row of the relay was lost; the mail says what is left.' },
    questions: [],
  },

  'webhook.unauthorized': {
    title: 'Webhook refuses our token',
    meaning:
      'The webhook answers 401, or 403 without the text of the row limit: the token is missing or wrong. Rows that senders post with it are lost, those of the relay wait.',
    impact: 'No new rows reach the Clay table of this feed.',
    publicImpact:
      'New records are currently not being accepted for enrichment. Existing data is not affected. We are working on it.',
    reach: 'subject',
    automatic: [
      SEEN_IF_CHECKED,
      CONFIRMS,
      {
        action: 'Reads the body of a 403, to tell a refused token from a webhook that is full.',
        shownBy: 'opened',
      },

      CLOSES,
      SEEN_BY_ROWS,
      HOLDS_ROWS,
    ],
    steps: [
      {
        do: 'Check that your senders send the token, and under the right header name.',
        where: 'Your senders: header x-clay-webhook-auth, unless the webhook was given another name',
        expect: 'The header is there, without quotes, spaces or a line break in the value.',
      },
      {
        do: 'Ask whether somebody made a new token: the old one stops at once.',
        where: 'Your team; the webhook source in the Clay table',
      },
      {
        do: 'Make a new token and copy it at once: Clay shows it only once. If the webhook offers no new token, create a new webhook.',
        where: 'Table > webhook source > settings (or Table > + Add > Webhooks > Monitor webhook)',
      },
      {
        ...UPDATE_WEBHOOK_SECRET,
        do: 'Put the new token into all deployment secrets and into the secret that claywatch.config.ts names for it. Restart whatever reads them only at start.',
      },
      TEST_ROW,
    ],
    verify: ['The webhook answers 2xx to real rows.', 'The rows show in the table and come back enriched.'],
    afterwards: [NO_REPLAY],
    prevent: [
      'Keep the token in one secret, and change it there and in Clay in one go.',
      'Write down who may make a new token.',
    ],
    rootCause: 'The token of the webhook was changed in Clay, or the one in our secrets is wrong.',
    sms: 'Check the webhook token in secrets against Clay.',
    smsAfterwards: 'Send the refused rows again: Clay kept none.',
    smsWhen: { afterwards: 'No row of the relay was lost; the mail says what is left.' },
    questions: [],
  },

  'webhook.rejecting': {
    title: 'Webhook rejects some rows',
    meaning:
      'Clay answers 400 or 413: the row is not valid JSON, lacks the header Content-Type: application/json, or is larger than 100 KB. Sending the same row again will fail again.',
    impact:
      'The rejected rows are lost, or set aside where they went through the relay. Rows of the right form go through.',
    publicImpact: 'A small number of new records is currently not being enriched.',
    reach: 'subject',
    automatic: [SEEN_IF_CHECKED, CONFIRMS, CLOSES, SEEN_BY_ROWS, SETS_ASIDE],
    steps: [
      {
        do: 'Find out what changed in the sender: a release, a new field, a larger field.',
        where:
          'npx claywatch dead-letters list <feed> --fault row; or the delivery log of the sender: Clay keeps no webhook log',
      },
      {
        do: 'Answer 400: send exactly one JSON object per row, with the header Content-Type: application/json. Never send an array: Clay makes one row of the whole array.',
        where: 'Your sender',
      },
      {
        do: 'Answer 413: make the row smaller than 100 KB. Leave out long texts and HTML; a cell holds 8 KB anyway (action cells 200 KB).',
        where: 'Your sender',
      },
      TEST_ROW,
    ],
    verify: [
      'The webhook answers 2xx to rows of this sender.',
      'The rows show in the table with all their fields.',
    ],
    afterwards: [
      'Correct the rejected rows and send them again: Clay did not keep them. Those of the relay are kept: npx claywatch dead-letters list <feed>.',
    ],
    prevent: [
      'Check the size and the form of a row before sending it.',
      'Treat 400 and 413 as final in the sender: log the row and do not repeat it.',
    ],
    rootCause: 'The sender sent rows that Clay does not accept: wrong form, missing header, or over 100 KB.',
    sms: 'See the sender log: 400 = wrong form, 413 = over 100 KB.',
    smsAfterwards: 'Correct the rejected rows and send them again.',
    questions: [],
  },

  'webhook.rate-limited': {
    title: 'Clay drops rows: too many per second',
    meaning:
      'Clay answers 429: more than 10 requests per second (20 in a burst) over all webhooks of the workspace together. It drops these rows; it neither queues nor retries them.',
    impact:
      'Rows that senders post to Clay faster than it takes them are lost. Those of the relay are sent again, more slowly.',
    publicImpact: 'Enrichment of some new records is delayed.',
    reach: 'everybody',
    automatic: [SEEN_IF_CHECKED, CONFIRMS, CLOSES, SEEN_BY_ROWS, PACES],
    steps: [
      {
        do: 'Find the bulk send, and pause it. The limit is per workspace: somebody else in the company may be the one.',
        where: 'Your senders: imports, CRM workflows, scripts, Zapier, Make',
      },
      {
        do: 'Read the headers of the 429: Retry-After says how many seconds to wait (Clay sends 1).',
        where: 'Delivery log of the sender',
      },
      {
        do: 'Enable queuing in the sender: at most 10 requests per second in total, and retry a 429 after Retry-After with growing waits.',
        where: 'Your sender',
        expect: 'No more 429.',
      },
      {
        do: 'If you need more for good, ask Clay to raise the rate; support can do that.',
        where: 'Clay > chat icon at the bottom right, or https://community.clay.com',
      },
    ],
    verify: ['No 429 while the usual load goes through.', 'What was sent and what is in the table agree.'],
    afterwards: [
      'Send the rows that senders posted themselves and that were answered 429 again: Clay dropped them, and the delivery log of the sender is the only list. The relay has sent its own again.',
    ],
    prevent: [
      'Send through one place that paces all senders together: the relay of Claywatch (POST /v1/rows/<feed>).',
      'Send bulk loads outside of office hours, and slower than 10 per second.',
    ],
    rootCause: 'Rows were sent faster than the 10 requests per second that Clay takes per workspace.',
    sms: 'Pause bulk sends: 10 rows/s per workspace at most.',
    smsAfterwards: 'Send the rows answered 429 again: Clay dropped them.',
    questions: [],
  },
} as const satisfies Record<string, RunbookEntry>;
