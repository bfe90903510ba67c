import { CLOSES, CONFIRMS, KEEPS_ROWS, RULES_OUT_OWN_NETWORK } from './automatic.ts';
import { NO_REPLAY, VERIFY_TRIAGE } from './common.ts';
import type { RunbookEntry } from './entry.ts';

export const own = {
  'own.unhealthy': {
    title: 'Our own service is unhealthy',
    meaning:
      'Clay works, but our own side does not: the health endpoint of the integration, an internal service, our network, or the relay of Claywatch itself. Waiting for Clay will not help.',
    impact: 'Rows may not leave our side, or what comes back may not be processed.',
    publicImpact: 'Processing of new records is currently delayed. We are working on it.',
    reach: 'subject',
    automatic: [CONFIRMS, RULES_OUT_OWN_NETWORK, CLOSES, KEEPS_ROWS],
    steps: [
      {
        do: 'If it is about the relay, see what waits and why, and what was set aside; then the log of the function that forwards.',
        where:
          'npx claywatch status; npx claywatch dead-letters list <feed>; AWS > Lambda > the function that ends in forward > Monitor',
        expect: 'Rows wait, and none is lost: they go as soon as a forwarder runs.',
      },
      {
        do: 'Look at the error rate and the recent logs of the service that the evidence names.',
        where: 'Prometheus or Grafana; kubectl logs --since=15m (or your platform)',
        expect: 'An error that began at about the time of detection.',
      },
      {
        do: 'Look at its instances: restarts, memory, pending pods, the age of its queues.',
        where: 'kubectl get pods; kubectl describe pod <name>',
      },
      {
        do: 'If kubectl fails, your login has expired: authenticate again.',
        where: 'Your login tool, e.g. aws sso login; then aws eks update-kubeconfig --name <cluster>',
      },
      {
        do: 'If metrics are unavailable, use the backup: logs, the console of the cloud provider, the database.',
        where: 'AWS > CloudWatch > Logs Insights',
      },
      {
        do: 'Roll back the last deployment, if the fault began with it. Otherwise restart the service.',
        where: 'kubectl rollout undo deployment/<name>; kubectl rollout restart deployment/<name>',
      },
      {
        do: 'Check credentials and configuration: a secret that was changed without a restart looks exactly like this.',
        where: 'Your secret store and the environment of the service',
      },
      {
        do: 'If it is about messages of Claywatch, see which way to people is closed; tell them yourself meanwhile.',
        where: 'npx claywatch doctor; npx claywatch incidents list',
        expect: 'A finding with what to do about it, e.g. a subscription that was never confirmed.',
      },
    ],
    verify: ['The health endpoint answers healthy several times in a row.', VERIFY_TRIAGE],
    afterwards: ['Look whether queues drain, and whether rows were dropped meanwhile.', NO_REPLAY],
    prevent: [
      'Let the health endpoint check what the service needs (queue, database, secrets), not only that it runs.',
      'Write down how to get in when the usual way is closed: login, metrics, logs.',
    ],
    rootCause: 'A fault of our own infrastructure, service or configuration; Clay was working.',
    sms: 'Check logs, pods and last deploy of our own service.',
    smsAfterwards: 'Check queues, and rows dropped meanwhile.',
    questions: [],
  },
} as const satisfies Record<string, RunbookEntry>;
