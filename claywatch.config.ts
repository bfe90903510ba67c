/**
 * What Claywatch watches here. Every key with its default, unit and range is in docs/configuration.md; only what
 * differs from a default needs to be written. A wrong key or value is refused with its name and what is allowed.
 *
 * Secrets are named, never written: `env:NAME` is read from the environment (command line and local runtime),
 * `secretsmanager:NAME` or `secretsmanager:NAME#key` from AWS Secrets Manager (deployed).
 */
import { defineConfig } from './shared/config/define.ts';

export default defineConfig({
  // Tells several installations apart in messages and in the names of AWS resources.
  installation: 'claywatch',

  // Clay itself (web site, API host, status page) is watched without any key.
  // With `apiKey` named here, the key and both credit meters are watched too.
  clay: {
    statusPageFormat: 'auto',
  },

  // The flows of rows into Clay and back. A feed takes `webhooks` (the URL of each is a secret, so it is named) and
  // a `callback` to probe. Webhooks are not posted to by default: each POST is a real row that spends credits.
  // With `relay: { secret }` senders post to Claywatch instead, `POST /v1/rows/leads`: no row is lost to rate limits and
  // outages, and the next webhook of the pool takes over before one is full.
  feeds: {
    leads: {
      description: 'Inbound leads on their way to enrichment and back.',
      affects: ['Sales development', 'Lead routing'],
    },
  },

  // P4 incidents are answered on the next business day of this calendar.
  incidents: {
    calendar: {
      timeZone: 'UTC',
      workdays: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
      endsAt: '17:00',
    },
  },

  // Who is told: `email` takes addresses and gets the full text of every severity, `sms` takes numbers and gets P1.
  notify: {
    email: [],
    sms: [],
  },
});
