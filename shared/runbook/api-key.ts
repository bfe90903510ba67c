import { CLOSES, CONFIRMS, ROTATES_SECRETS } from './automatic.ts';
import { ASK_SUPPORT, NO_PUBLIC_IMPACT, VERIFY_TRIAGE } from './common.ts';
import type { RunbookEntry, Step } from './entry.ts';

/** [C] clay-facts: the API test of the old runbook asks an endpoint that no longer exists. */
const DEAD_ENDPOINT: Step = {
  do: 'Do not test with the old address /v1/people/enrich: it is dead and answers 404 "deprecated API endpoint" whatever the key. GET /me is the test.',
  where: 'curl -H "clay-api-key: $CLAY_API_KEY" https://api.clay.com/public/v0/me',
  expect: '200 with the user and the workspace of the key.',
};

const ONLY_SIGHT =
  'Rows are not affected: webhooks and tables do not use this key. Claywatch cannot read credits and actions meanwhile, and your own tools that use the same key fail as well.';

export const apiKey = {
  'api-key.invalid': {
    title: 'The Clay API key is not accepted',
    meaning: 'Clay answers 401: the API key is wrong, expired or was deleted.',
    impact: ONLY_SIGHT,
    publicImpact: NO_PUBLIC_IMPACT,
    reach: 'nobody',
    automatic: [CONFIRMS, CLOSES, ROTATES_SECRETS],
    steps: [
      {
        do: 'Verify the API key in your secrets: is it the one that you think, whole, without spaces or a line break?',
        where: 'Your secret store; the name is in claywatch.config.ts > clay.apiKey',
      },
      DEAD_ENDPOINT,
      {
        do: 'Ask whether the key was rotated, or its owner left: a key belongs to a person and ends with them.',
        where: 'Your team',
      },
      {
        do: 'If it was rotated, update the secret. Otherwise create a new key; Clay shows it only once.',
        where: 'clay login, then clay api-keys create; then your secret store',
      },
      {
        do: 'Restart whatever reads the secret only at start: pods, workers, functions.',
        where: 'kubectl rollout restart deployment/<name> (or your platform)',
      },
    ],
    verify: ['GET /me answers 200; Claywatch sees it several times in a row.', VERIFY_TRIAGE],
    afterwards: ['Look at the credit balance: nobody watched it meanwhile.'],
    prevent: [
      'Use a key of a user that is not a person who may leave.',
      'Rotate secret and key in one go, and note who does it.',
    ],
    rootCause: 'The API key in our secrets was rotated, deleted or entered wrongly.',
    sms: 'Check the Clay API key in secrets; renew it if rotated.',
    smsAfterwards: 'Look at the credit balance: it went unwatched.',
    questions: [],
  },

  'api-key.forbidden': {
    title: 'The Clay API key may not do this',
    meaning:
      'Clay answers 403: it knows the key, but its user may not read this. For the credit balance that usually means that the user lacks the billing role.',
    impact: ONLY_SIGHT,
    publicImpact: NO_PUBLIC_IMPACT,
    reach: 'nobody',
    automatic: [CONFIRMS, CLOSES],
    steps: [
      {
        do: 'Look in the evidence which address answered 403. Only the credit balance: the role. GET /me too: the key was revoked or the workspace may not use the API.',
      },
      {
        do: 'Give the user of the key the billing role, or use a key of somebody who has it.',
        where: 'Settings > Team > the user > Role (workspace admin)',
        expect: 'The balance can be read within minutes.',
      },
      {
        do: 'If the key was revoked, create a new one, update the secret and restart whatever reads it.',
        where: 'clay login, then clay api-keys create; then your secret store',
      },
      DEAD_ENDPOINT,
      ASK_SUPPORT,
    ],
    verify: [
      'The address that answered 403 answers 200; Claywatch sees it several times in a row.',
      VERIFY_TRIAGE,
    ],
    afterwards: ['Look at the credit balance: nobody watched it meanwhile.'],
    prevent: ['Note which role the user of the key needs, and why, where roles are given.'],
    rootCause: 'The user of the API key lacks a role, or the key was revoked.',
    sms: 'Give the user of the API key the billing role.',
    smsAfterwards: 'Look at the credit balance: it went unwatched.',
    questions: [],
  },

  'api.rate-limited': {
    title: 'The Clay API limits us',
    meaning:
      'Clay answers 429 on its public API: this key or workspace sends too many requests. The limit itself is not published.',
    impact: ONLY_SIGHT,
    publicImpact: NO_PUBLIC_IMPACT,
    reach: 'nobody',
    automatic: [
      CONFIRMS,
      { action: 'Asks rarely by itself: once a minute, the balance every five minutes.' },
      CLOSES,
    ],
    steps: [
      {
        do: 'Read the rate limit headers: Retry-After, and where present X-RateLimit-Limit, X-RateLimit-Remaining and X-RateLimit-Reset.',
        where: 'The evidence of this message',
      },
      {
        do: 'Find what else uses the key, and enable queuing there: wait for Retry-After, and retry with growing waits.',
        where: 'Your own tools, the Clay CLI, agents',
      },
      {
        do: 'Give Claywatch a key of its own, so that it does not compete.',
        where: 'clay api-keys create; claywatch.config.ts > clay.apiKey',
      },
    ],
    verify: ['GET /me answers 200 several times in a row.'],
    afterwards: ['Look at the credit balance: nobody watched it meanwhile.'],
    prevent: ['One key per tool.', 'Read the balance from one place and share it.'],
    rootCause: 'Something that uses the same key or workspace sends more requests than the Clay API allows.',
    sms: 'Find what else uses the API key and slow it down.',
    smsAfterwards: 'Look at the credit balance: it went unwatched.',
    questions: [],
  },

  'secret.rotation-failed': {
    title: 'A secret could not be rotated',
    meaning:
      'The rotation of a secret stopped half way, most often because a permission is missing. The old secret is still valid.',
    impact: 'Nothing is broken yet. When the old secret ends, what uses it stops working.',
    publicImpact: NO_PUBLIC_IMPACT,
    reach: 'nobody',
    automatic: [ROTATES_SECRETS, CONFIRMS, CLOSES],
    steps: [
      {
        do: 'Permission denied: escalate to an administrator of the AWS account. You cannot repair this yourself, and you should not widen your own rights for it.',
        where: 'Your AWS administrator; the evidence names the secret and the step',
      },
      {
        do: 'For the administrator: grant the role of the rotation function, on the ARN of this secret and no other: secretsmanager:DescribeSecret, secretsmanager:GetSecretValue, secretsmanager:PutSecretValue, secretsmanager:UpdateSecretVersionStage.',
        where:
          'AWS > IAM > Roles > the role of the rotation function > Add permissions (the evidence names it)',
        expect: 'arn:aws:secretsmanager:<region>:<account>:secret:<name>-?????? as the resource.',
      },
      {
        do: 'For the administrator: with a KMS key of your own, also kms:Decrypt and kms:GenerateDataKey on the ARN of that key; to make a new value, secretsmanager:GetRandomPassword, which takes no resource (*).',
        where: 'AWS > Secrets Manager > the secret > Encryption key; AWS > KMS > the key > Key policy',
      },
      {
        do: 'For the administrator: Secrets Manager must be allowed to call the function: lambda:InvokeFunction for secretsmanager.amazonaws.com.',
        where: 'AWS > Lambda > the rotation function > Configuration > Permissions > Resource-based policy',
      },
      {
        do: 'For the administrator: a version left at AWSPENDING blocks every later rotation. Remove that label, then rotate at once.',
        where: 'AWS > Secrets Manager > the secret > Versions; then Rotate secret immediately',
        expect: 'The new version is AWSCURRENT, the old one AWSPREVIOUS.',
      },
    ],
    verify: ['The rotation ends without an error, and whatever uses the secret still works.'],
    afterwards: ['Make sure that no service still holds the old secret, before it ends.'],
    prevent: [
      'Rotate once right after every deployment that touches roles, instead of waiting for the schedule.',
      'Name an administrator who can be reached.',
    ],
    rootCause: 'The rotation lacked a permission, or a half-finished rotation stood in its way.',
    sms: 'Escalate to an AWS administrator: permission denied.',
    smsAfterwards: 'Check that nothing still holds the old secret.',
    questions: [],
  },

  'secret.rotated': {
    title: 'A secret was rotated',
    meaning:
      'A new value of a secret is in force. Where others send it to us, the old one stays valid until each of them was seen with the new one.',
    impact: 'Nothing is broken. Columns and senders that keep the old value too long would be refused.',
    publicImpact: NO_PUBLIC_IMPACT,
    reach: 'nobody',
    automatic: [
      {
        action:
          'Accepts both values, sees who uses which, revokes the old one once nobody needs it, and takes the new one back if nobody took it in time.',
      },
      CLOSES,
    ],
    steps: [
      {
        do: 'Look in the evidence who still sends the old one. Nobody there, and no key of feeds or respond: there is nothing to do.',
        where: 'The evidence of this message',
      },
      {
        do: 'Read the new value. Do not send it by chat or mail.',
        where: 'aws secretsmanager get-secret-value --secret-id <name> --query SecretString --output text',
      },
      {
        do: 'Callbacks: put it into the header of each HTTP API column that the evidence names, then run one row.',
        where: 'Clay > the table > the HTTP API column > Edit column > Headers > x-claywatch-secret',
        expect: 'The row comes back; within a quarter of an hour the column is not in the evidence any more.',
      },
      {
        do: 'Senders of rows and of submissions, readers of the status, responders: give it to whoever runs them.',
        where: 'The team of the sender; its name is the feed',
      },
      {
        do: 'A signed webhook of yours: give the new key to the receiver. Both keys sign until the next rotation.',
        where: 'The receiver; the key is in notify.webhooks',
      },
    ],
    verify: ['Nobody is named in the evidence any more, and this closes by itself.'],
    afterwards: ['Delete copies of the old value.'],
    prevent: ['Let columns say their name in the callback ("column"), so that each is seen by itself.'],
    rootCause: 'A secret was rotated, as planned or because somebody supplied a new one.',
    sms: 'Put the new secret into the columns and senders named.',
    smsAfterwards: 'Delete copies of the old secret.',
    questions: [],
  },
} as const satisfies Record<string, RunbookEntry>;
