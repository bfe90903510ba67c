import { CLOSES, CONFIRMS, FALLS_BACK } from './automatic.ts';
import { DASHBOARD_CLOSED, ELSEWHERE, NO_PUBLIC_IMPACT, SILENCE, VERIFY_TRIAGE } from './common.ts';
import type { RunbookEntry } from './entry.ts';

export const monitoring = {
  'monitoring.gap': {
    title: 'Claywatch cannot see something',
    meaning:
      'A check gives no usable answer or did not run, so Claywatch neither says that it is fine nor that it is down. Nothing is known to be broken.',
    impact: 'No user is affected. A fault in what cannot be seen would be noticed late.',
    publicImpact: NO_PUBLIC_IMPACT,
    reach: 'nobody',
    automatic: [
      { action: 'Treats what it cannot see as unknown: never as fine, never as down.' },
      FALLS_BACK,
      CONFIRMS,
      CLOSES,
    ],
    steps: [
      {
        do: 'Status page not readable: open it yourself. If it does not open, the network is in the way: try a mobile phone on its own network, or a VPN.',
        where: 'https://status.clay.com',
        expect:
          'It opens: it refuses programs (a bot challenge) or has moved. Set clay.statusPageUrl or clay.statusPageFormat, or "off".',
      },
      {
        do: 'Balance not readable: check the API key and the role of its user.',
        where:
          'npx claywatch triage; Settings > Plans & Billing for the balance itself; npx claywatch credits set writes it down',
      },
      {
        do: 'Runs missed: look at the function and its schedule.',
        where: 'AWS > EventBridge > Scheduler; AWS > Lambda > the watch function > Monitor > Logs',
      },
      {
        do: 'Metrics unavailable (your Prometheus or Grafana is down): check the backup metrics, and the probes of Claywatch itself.',
        where: 'AWS > CloudWatch; npx claywatch triage',
      },
      {
        do: 'A probe that cannot work: correct its address or its conditions, or take it out.',
        where: 'claywatch.config.ts',
      },
      ELSEWHERE,
      DASHBOARD_CLOSED,
    ],
    verify: ['The check gives an answer again, good or bad, several times in a row.', VERIFY_TRIAGE],
    afterwards: ['Ask whether something happened in the time that was not watched.'],
    prevent: [
      'Watch what matters in two ways, e.g. the status page and real rows.',
      'Look at the list of unknown checks once a week.',
      SILENCE,
    ],
    rootCause:
      'The thing that is watched changed its form, blocks programs, or the watching itself did not run.',
    sms: 'Next business day: see which check is blind.',
    smsAfterwards: 'Ask whether something happened unwatched.',
    questions: [],
  },
} as const satisfies Record<string, RunbookEntry>;
