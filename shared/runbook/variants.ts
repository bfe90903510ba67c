import type { Cause } from '../cause.ts';
import { CLOSES, CONFIRMS, COUNTS_ROWS, FALLS_BACK, KEEPS_ROWS, READS_STATUS } from './automatic.ts';
import {
  DASHBOARD_CLOSED,
  ELSEWHERE,
  NO_REPLAY,
  SILENCE,
  STATUS_PAGE,
  UPDATE_WEBHOOK_SECRET,
  VERIFY_TRIAGE,
  WITHOUT_DASHBOARD,
} from './common.ts';
import type { Step } from './entry.ts';
import { aboutSubject, type Case, type Variant, withFinding } from './variant.ts';

const UNKNOWN_STAYS_UNKNOWN = {
  action: 'Treats what it cannot see as unknown: never as fine, never as down.',
};
const BLIND = [UNKNOWN_STAYS_UNKNOWN, FALLS_BACK, CONFIRMS, CLOSES] as const;

const CHECK_PERMISSION: Step = {
  do: 'Permission denied in that log: an administrator of the AWS account must give the function its rights back; a deployment does that.',
  where: 'npx cdk deploy, or AWS > IAM > the role of the function',
};

/** Surfaces of Clay that rows and keys go through: fine, as far as the findings say. */
const WORKS: ReadonlySet<string> = new Set(['up', 'authorized', 'readable']);
const DASHBOARD: ReadonlySet<string> = new Set(['clay.web', 'clay.app']);
const BEHIND: ReadonlySet<string> = new Set(['clay.api', 'clay.key', 'clay.balance']);

const onlyDashboard = ({ evidence }: Case): boolean =>
  evidence.some(({ probe, finding }) => DASHBOARD.has(probe) && !WORKS.has(finding)) &&
  evidence.every(({ probe, finding }) => !BEHIND.has(probe) || WORKS.has(finding)) &&
  evidence.every(({ probe }) => !probe.startsWith('webhook:') && probe !== 'clay.status');

const isAboutCounts = ({ subject }: Case): boolean => /^(?:rows|relay):|^credits\.history$/.test(subject);

const isAboutMetrics = (about: Case): boolean =>
  about.subject.startsWith('probe:') && withFinding('unreachable', 'unreadable')(about);

/** The first that fits counts. */
export const VARIANTS: Readonly<Partial<Record<Cause, readonly Variant[]>>> = {
  'monitoring.gap': [
    {
      when: "When Clay's status page cannot be read",
      fits: aboutSubject('clay.status'),
      entry: {
        title: "Clay's status page cannot be read",
        meaning:
          'The status page of Clay gives no usable answer, so nothing is known of what Clay declares. That says neither that Clay is down nor that it is fine; what is measured goes on.',
        impact: 'No user is affected. An incident that Clay only declares would not be seen.',
        automatic: [...BLIND],
        steps: [
          {
            do: 'Open the page yourself. If it does not open, the network is in the way: try a mobile phone on its own network, or a VPN.',
            where: 'https://status.clay.com',
            expect: 'It opens for you, and tells you what Clay declares.',
          },
          ELSEWHERE,
          {
            do: 'It opens for you and not for Claywatch: it refuses programs (a bot challenge), or has moved. Name its new address or form, or switch it off.',
            where: 'claywatch.config.ts > clay.statusPageUrl, clay.statusPageFormat ("off": not watched)',
            expect: 'Claywatch reads it again, or no longer tries.',
          },
        ],
        prevent: ['Subscribe to the notices of status.clay.com, which need no page to be read.', SILENCE],
        rootCause: 'The status page of Clay refuses programs, has moved, or was down itself.',
        sms: 'Look at status.clay.com yourself; measuring goes on.',
        smsAfterwards: 'See what Clay declared while it was not read.',
      },
    },
    {
      when: 'When the credit balance cannot be read',
      fits: aboutSubject('clay.balance', 'clay.key', 'clay.credits', 'clay.actions', 'credits.balance-age'),
      entry: {
        title: 'The credit balance cannot be read',
        meaning:
          'Claywatch gets no usable answer about the credits, so it does not know what is left. It goes by what was last known, and by what callbacks say that rows cost.',
        impact: 'No user is affected. Credits could run out unnoticed.',
        automatic: [...BLIND],
        steps: [
          {
            do: 'Look at the balance yourself, and write it down here until it can be read again.',
            where: 'Settings > Plans & Billing > Credit balance; then npx claywatch credits set',
            expect: 'npx claywatch usage shows it, with the time that it is from.',
          },
          {
            do: 'Check the API key and the role of its user.',
            where: 'npx claywatch triage',
            expect: 'GET /me answers 200, and the balance does.',
          },
          {
            do: 'A balance that another program reports is stale: look whether that program still runs.',
            where: 'Whatever reports it; npx claywatch usage says when it last did',
          },
        ],
        sms: 'See Settings > Plans & Billing; check the API key.',
        smsAfterwards: 'Look at the credits that were spent meanwhile.',
      },
    },
    {
      when: 'When Claywatch has no network',
      fits: aboutSubject('own-network'),
      entry: {
        title: 'Claywatch has no network',
        meaning:
          'Claywatch reaches neither Clay nor any independent host, so the fault is on its own side of the network. How Clay is, it cannot tell.',
        impact: 'Nothing is watched meanwhile. If the relay runs in the same network, rows wait.',
        automatic: [UNKNOWN_STAYS_UNKNOWN, KEEPS_ROWS, CLOSES],
        steps: [
          {
            do: 'Look at what the function needs to get out: VPC, NAT gateway, routes, DNS, proxy.',
            where: 'AWS > Lambda > the watch function > Configuration > VPC; AWS > VPC > NAT gateways',
          },
          {
            do: 'Look at Clay from another network meanwhile.',
            where: 'npx claywatch triage, from your own machine',
            expect: 'It says how Clay is, as seen from there.',
          },
          {
            do: 'If no independent host is allowed from there, name ones that are.',
            where: 'claywatch.config.ts > connectivity.urls',
          },
        ],
        sms: 'Check NAT, DNS, proxy of Claywatch; triage from here.',
      },
    },
    {
      when: 'When Claywatch did not run',
      fits: aboutSubject('schedule'),
      entry: {
        title: 'Claywatch did not run',
        meaning: 'Runs that were due did not take place. Nothing was watched in that time.',
        automatic: [
          {
            action:
              'Looks at everything again with the first run after it, and catches up on rows and credits by their counts.',
            shownBy: 'opened',
          },

          CLOSES,
        ],
        steps: [
          {
            do: 'Look at the function and its schedule: errors, throttles, a schedule that was switched off.',
            where: 'AWS > EventBridge > Scheduler; AWS > Lambda > the watch function > Monitor > Logs',
            expect: 'A run each minute again.',
          },
          CHECK_PERMISSION,
          {
            do: 'Look at what happened in that time: rows that did not come back, credits that were spent.',
            where: 'npx claywatch usage; npx claywatch incidents list --all',
          },
        ],
        sms: 'See EventBridge schedule and log of the watch function.',
      },
    },
    {
      when: 'When Claywatch cannot read its own counts',
      fits: isAboutCounts,
      entry: {
        title: 'Claywatch cannot read its own counts',
        meaning:
          'The counts of rows or credits cannot be read from the store, so rates, losses and limits are not judged. What else shows the same is listed in its place.',
        impact: 'No user is affected. Missing rows and limits would be noticed late.',
        automatic: [...BLIND, KEEPS_ROWS],
        steps: [
          {
            do: 'Read the error of the last runs: throttled, timed out, or permission denied.',
            where: 'AWS > Lambda > the watch function > Monitor > Logs; AWS > DynamoDB > the table > Monitor',
          },
          CHECK_PERMISSION,
          {
            do: 'Judge by other evidence meanwhile: the newest rows in the Clay table, the credit balance, your own database.',
            where:
              'Table, newest rows, after Clear filters; Settings > Usage > Workspace; npx claywatch triage',
            expect: 'New rows arrive, and their cells are filled.',
          },
        ],
        afterwards: [
          'Nothing to count by hand: the ledger is brought up to date by itself, also for the time in between.',
        ],
        sms: 'See the log of the watch function and DynamoDB.',
        smsAfterwards: 'Counts catch up by themselves.',
      },
    },
    {
      when: 'When a source of metrics cannot be read',
      fits: isAboutMetrics,
      entry: {
        title: 'A source of metrics cannot be read',
        meaning:
          'The place where your own metrics are read (Prometheus, Grafana) gives none. That says nothing of what it measures: its backup speaks in its place where there is one, otherwise it is unknown.',
        automatic: [...BLIND],
        steps: [
          {
            do: 'Check the backup metrics: logs, the console of the cloud provider, the database.',
            where: 'AWS > CloudWatch > Logs Insights; the address in probes.<name>.backupUrl',
          },
          {
            do: 'Look at the source itself: is it running, full, or behind a login that has expired?',
            where: 'kubectl get pods; kubectl logs --since=15m (or your platform)',
          },
          {
            do: 'Name a backup, so that Claywatch asks it by itself the next time.',
            where: 'claywatch.config.ts > probes.<name>.backupUrl',
          },
        ],
        sms: 'Metrics are down: check the backup metrics.',
      },
    },
    {
      when: 'When a webhook cannot be looked at',
      fits: aboutSubject('webhook:', 'webhook-url:'),
      entry: {
        title: 'A webhook cannot be looked at',
        meaning:
          'Something keeps Claywatch from looking at a webhook, most often a secret that is missing, empty or forbidden. The evidence names the key, never what it holds.',
        automatic: [...BLIND],
        steps: [
          {
            do: 'Put the value into the secret that the evidence names: the whole URL of the webhook, without spaces or a line break.',
            where: 'Your secret store; the URL is under Table > + Add > Webhooks > the existing webhook',
          },
          {
            do: 'May not be read: let the role of the watch function read it (secretsmanager:GetSecretValue on this secret; a deployment does that).',
            where: 'npx cdk deploy, or AWS > IAM > the role of the watch function',
          },
          {
            do: 'Look again.',
            where: 'npx claywatch triage',
            expect: 'The URL has the right form.',
          },
        ],
        sms: 'Fill the secret of the webhook; the mail names it.',
      },
    },
  ],

  'clay.degraded': [
    {
      when: 'When only the dashboard does not open',
      fits: onlyDashboard,
      entry: {
        title: 'The Clay dashboard does not open',
        meaning:
          'The web site or the dashboard of Clay fails, while its API answers. Rows still flow; only what has to be clicked in Clay cannot be done now.',
        impact:
          'Nobody can look into tables or change them. Rows are taken, enriched and sent back as far as Claywatch measures.',
        publicImpact: 'There is currently no impact on the processing of records.',
        automatic: [CONFIRMS, READS_STATUS, COUNTS_ROWS, CLOSES],
        steps: [
          DASHBOARD_CLOSED,
          {
            do: 'It opens for nobody: read whether Clay knows.',
            where: STATUS_PAGE,
          },
          WITHOUT_DASHBOARD,
          {
            do: 'If something in a table has to be stopped and cannot be clicked, stop the rows that go into it.',
            where: 'npx claywatch hold <feed>',
            expect: 'Rows wait, and none is lost. npx claywatch resume <feed> lets them go.',
          },
        ],
        verify: ['The dashboard opens again, several times in a row.', VERIFY_TRIAGE],
        afterwards: ['Do in the dashboard what had to wait for it.'],
        rootCause: 'The web site or the dashboard of Clay was down; its API was not.',
        sms: 'Rows flow. Try another browser; use npx claywatch.',
        smsAfterwards: 'Do in the dashboard what had to wait.',
        questions: [],
      },
    },
  ],

  'webhook.gone': [
    {
      when: 'When the URL of the webhook is malformed',
      fits: withFinding('malformed', 'standby-malformed'),
      entry: {
        title: 'The URL of a webhook is malformed',
        meaning:
          'The secret that should hold the URL of this webhook holds something else: cut off, with a space, or another address. A test of it returns nothing, because it is no address of Clay.',
        impact:
          'Where it is the webhook in use, no rows reach the Clay table of this feed; rows of the relay wait. Where it is a standby, it could not take over.',
        steps: [
          {
            do: 'Copy the whole URL from the Clay table again. It begins with https://api.clay.com/v3/sources/webhook/ and ends with an id.',
            where: 'Table > + Add > Webhooks > the existing webhook > URL',
          },
          {
            ...UPDATE_WEBHOOK_SECRET,
            do: 'Put it into the secret that the evidence names, without quotes, spaces or a line break. Senders that post to Clay themselves: CLAY_WEBHOOK_URL in all deployment secrets, and restart whatever reads them only at start.',
          },
          {
            do: 'Look at its form again; nothing is sent.',
            where: 'npx claywatch triage',
            expect: '"Its URL has the right form."',
          },
          {
            do: 'Until then a standby of the feed can take over.',
            where: 'npx claywatch failover <feed> --dry-run',
          },
        ],
        verify: [
          'Triage says that the URL has the right form; Claywatch sees it within a minute or two.',
          'Rows that waited go, and the webhook answers 2xx to them: npx claywatch status.',
        ],
        afterwards: [NO_REPLAY],
        rootCause: 'The secret with the URL of the webhook was filled incompletely or with something else.',
        sms: 'Copy the whole URL from Clay into the secret.',
        prevent: [
          'Run npx claywatch triage after every change of a webhook secret: it looks at the URL and sends nothing.',
          'Keep the URL in one secret and let every sender read that one.',
        ],
      },
    },
  ],

  'crm.sync-failing': [
    {
      when: 'When the CRM receives wrong data',
      fits: withFinding('wrong'),
      entry: {
        title: 'The CRM receives wrong data',
        meaning:
          'The CRM column runs, but what it pushes is not what belongs there: a field refers to another column than before, or the CRM refuses its values. It goes on with every row until somebody stops it.',
        impact:
          'Records in the CRM are wrong or were refused, and more become so with every row. Correct data may be overwritten.',
        publicImpact: 'Some records may show incorrect details. We are working on it.',
        steps: [
          {
            do: 'Stop it first: pause the CRM column, so that no further record is overwritten. Rows go on being enriched.',
            where: 'Column name > Edit column > Run settings > Auto-run off (HTTP API or CRM column)',
            expect: 'New rows stay empty in this column.',
          },
          {
            do: 'Find what changed: compare three rows in Clay with their records in the CRM, field by field.',
            where: 'Table > the CRM column > a cell; the record in the CRM',
            expect: 'One field holds what belongs into another, or the same wrong value in each.',
          },
          {
            do: 'The column references changed: re-map the body fields of the HTTP API column, one by one. A reference that shows as a deleted column, or with the name of another one, is the fault.',
            where:
              'Column name > Edit column > Body: delete the reference, then type / and choose the column',
          },
          {
            do: 'Or a field was renamed or made narrower in the CRM: take over its new name and its allowed values.',
            where: 'CRM > Settings > Fields; then Column name > Edit column > Body',
          },
          {
            do: 'Test on a single row by hand before you go on.',
            where: 'Right-click one cell of the column > Run cell',
            expect: 'The cell turns green, and every field of the record in the CRM is right.',
          },
          {
            do: 'See which rows are affected, and keep the list: their ids and no more.',
            where:
              'Table > filter icon > the CRM column > ran after the time of detection; then the column _claywatch_row_id of these rows',
            expect: 'About as many as the evidence counts ("wrong").',
          },
          {
            do: 'Send them to the CRM again: that costs actions and no data credits, because only this column runs.',
            where:
              'Table > filter to the affected rows > right-click the CRM column > Run column; then Auto-run on again',
            expect: 'The records are right; the cells are green.',
          },
        ],
        verify: [
          'A single row, run by hand, arrives in the CRM with the right fields.',
          'Claywatch counts new rows whose crm_status is fine, and resolves the incident.',
        ],
        afterwards: [
          'Correct records that are not among the rows that ran again: Clay does not undo a push.',
          'Do not replay rows into Clay for this: the enrichment was right, and would be paid twice.',
        ],
        prevent: [
          'Let the column say what came of it (crm_status), and a formula compare what was sent with what the CRM answered ("mismatch").',
          'Name the fields that a row may fill in claywatch.config.ts (callbacks.declaredFields), so that a changed reference shows at once.',
          'Announce changes of CRM fields to whoever owns the Clay tables.',
        ],
        rootCause: 'The column references of the CRM column changed, or a field of the CRM did.',
        sms: 'Pause the CRM column, then re-map its body fields.',
        smsAfterwards: 'Run the affected rows; correct wrong records.',
      },
    },
  ],

  'secret.rotation-failed': [
    {
      when: 'When a permission is missing',
      fits: withFinding('denied'),
      entry: {
        title: 'A secret may not be rotated',
        meaning:
          'The rotation of a secret was refused, because its function lacks a permission. The old secret is still valid, and stays so until it ends.',
        automatic: [
          {
            action:
              'Names the secret, the step, and what is missing; tells those in notify.operatorEmail as well, whatever severities they hear of otherwise.',
            shownBy: 'told',
          },

          CONFIRMS,
          CLOSES,
        ],
        rootCause: 'The role of the rotation function lacks a permission on the secret or on its key.',
      },
    },
    {
      when: 'When some still send the old secret',
      fits: withFinding('unfinished'),
      entry: {
        title: 'Some still send the old secret',
        meaning:
          'A secret was rotated, and long after it some send the new one and others the old one. Both stay valid until all have the new one.',
        impact: 'Nothing is broken. The old secret cannot be revoked, and no further rotation can begin.',
        steps: [
          {
            do: 'Put the new value into what the evidence names: the header of the HTTP API column, or the sender.',
            where: 'Clay > the table > the HTTP API column > Edit column > Headers > x-claywatch-secret',
            expect: 'It is not in the evidence any more within a quarter of an hour of its next row.',
          },
          {
            do: 'Read the new value where you need it. Do not send it by chat or mail.',
            where:
              'aws secretsmanager get-secret-value --secret-id <name> --query SecretString --output text',
          },
          {
            do: 'If what is named is not needed any more, stop it: it is waited for as long as it sends.',
            where: 'Clay, or the team of the sender',
          },
        ],
        rootCause: 'Not everybody who uses the secret was given the new one.',
        sms: 'Put the new secret into the columns and senders named.',
      },
    },
    {
      when: 'When nobody took the new secret',
      fits: withFinding('rolled-back'),
      entry: {
        title: 'A rotation was taken back',
        meaning:
          'A secret was rotated and nobody took the new value in time, so the old one is current again. The new one is not valid.',
        impact: 'Nothing is broken: everybody goes on with the old secret.',
        steps: [
          {
            do: 'Decide when the columns and senders in the evidence can be changed, and by whom.',
            where: 'The evidence of this message',
          },
          {
            do: 'Where somebody has put the new value in already, put the old one back: the new one is refused.',
            where: 'Clay > the table > the HTTP API column > Edit column > Headers > x-claywatch-secret',
          },
          {
            do: 'Then rotate again, and give the new value to each of them.',
            where: 'aws secretsmanager rotate-secret --secret-id <name>',
            expect: 'secret.rotated opens, and closes once all were seen with the new one.',
          },
        ],
        rootCause: 'Nobody put the new secret into the columns and senders that use it.',
        sms: 'Plan who changes the columns, then rotate again.',
      },
    },
  ],
};
