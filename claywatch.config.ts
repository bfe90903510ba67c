/**
 * What Claywatch watches here. Every key with its default, unit and range is in docs/configuration.md; only what
 * differs from a default needs to be written. A wrong key or value is refused with its name and what is allowed.
 *
 * Secrets are named, never written: `env:NAME` is read from the environment (command line and local runtime),
 * `secretsmanager:NAME` or `secretsmanager:NAME#key` from AWS Secrets Manager (deployed).
 */
import { defineConfig } from './shared/config/define.ts';

export default defineConfig({
  // Tells several installations apart, in messages and in the names of everything in AWS.
  installation: 'claywatch',

  // Clay's web site, API host and status page are watched without any key. With `apiKey: '…'`, the name of a
  // secret, the key and both credit meters are watched too.
  clay: { statusPageFormat: 'auto' },

  // The flows of rows into Clay and back. Webhooks are never posted to for a test unless you ask for it: each POST
  // is a real row that spends credits.
  feeds: {
    leads: {
      description: 'Inbound leads on their way to enrichment and back.',
      affects: ['Sales development', 'Lead routing'],
      // `webhooks` names each webhook, and the secret that holds its URL:
      // webhooks: [{ id: 'leads-1', url: 'secretsmanager:claywatch/leads/webhooks/leads-1', table: 'Leads' }],
    },
  },

  // P4 incidents are due at the end of the next business day. P1 is due in 15 min, P2 in 1 h, P3 in 4 h.
  incidents: {
    calendar: {
      timeZone: 'UTC',
      workdays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
      endsAt: '17:00',
    },
  },

  // Who is told. E-mail hears of every severity and SMS of P1, unless `severities` says otherwise.
  notify: { email: [], sms: [] },
});
