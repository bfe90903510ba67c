/** A test in the repository, by its file and its title as it is written there. */
export type Proof = readonly [file: string, title: string];

/** What is claimed, and what fails when it is not so. */
export interface Claim {
  readonly text: string;
  readonly proofs: readonly [Proof, ...Proof[]];
}

export interface Section {
  readonly title: string;
  readonly intro?: string;
  readonly claims: readonly Claim[];
}

const claim = (text: string, ...proofs: [Proof, ...Proof[]]): Claim => ({ text, proofs });

/** What somebody who has it can do, and what limits that. */
export interface Leak {
  readonly what: string;
  readonly allows: string;
  readonly limits: readonly Claim[];
  readonly remedy: string;
}

export const ASKING: Section = {
  title: 'Who asks',
  claims: [
    claim(
      'Without a secret in the configuration nobody is let in, and an empty secret opens nothing.',
      [
        'test/functions/relay/relay.test.ts',
        'refuses whoever does not know the secret, and everybody where there is none',
      ],
      ['test/functions/incidents/api.test.ts', 'says so without a secret configured: nobody'],
      [
        'test/security/strangers.test.ts',
        'is not let in by sending nothing where the secret is empty, or not what it should be: %j',
      ],
    ),
    claim(
      'Neither the answer nor its time tells an unknown feed from a wrong secret: every request reads all secrets and makes the same comparisons in constant time.',
      [
        'test/functions/http/senders.test.ts',
        'makes every secret be read, whatever feed is asked for, so that time tells nothing',
      ],
      ['test/functions/callback/callback.test.ts', 'answers 401 and the same for %s, and writes nothing'],
    ),
    claim(
      'A secret that was taken away opens nothing; one whose store does not answer goes on for a quarter of an hour and no longer.',
      ['test/functions/http/senders.test.ts', 'is known no more when the secret was taken away'],
      [
        'test/functions/http/senders.test.ts',
        'goes on being known for a while when the store of secrets is down',
      ],
    ),
    claim('Whoever may only look is refused every action, before anything of the incident is read.', [
      'test/functions/incidents/api.test.ts',
      'look and act: %s',
    ]),
    claim(
      'No function has an address of its own, none can be invoked from another account, and no policy of a queue, topic or secret allows everybody anything.',
      [
        'test/infra/rules.test.ts',
        'can be invoked by nobody but services of this account, and has no address of its own',
      ],
      ['test/infra/rules.test.ts', 'but the endpoint: no policy allows everybody anything'],
    ),
    claim(
      'Each function has a role of its own, without a wildcard, that just suffices.',
      ['test/infra/stacks.test.ts', 'has no right on a wildcard, and no policy of somebody else: %s'],
      ['test/infra/rights-suffice.test.ts', 'may do all that it does: %s'],
      ['test/infra/rights-suffice.test.ts', 'would be stopped at anything else'],
    ),
    claim('The tables of this page are what is deployed, statement by statement.', [
      'test/security/rights.test.ts',
      'are those of the templates, no more and no fewer',
    ]),
    claim('Browsers may not call the endpoint from pages of other sites: it answers no preflight.', [
      'test/security/rights.test.ts',
      'says nothing of other origins',
    ]),
    claim('Everything between the parts goes over TLS.', [
      'test/infra/rules.test.ts',
      'and every queue and topic refuses what does not come over TLS',
    ]),
  ],
};

export const LEAKS: readonly Leak[] = [
  {
    what: 'The callback secret of a feed',
    allows:
      'To report results of rows that never were, or wrong ones: false hit rates, losses and credits, and with them false incidents, or true ones hidden. Not to read anything, and not to send a row anywhere.',
    limits: [
      claim('It opens its own feed and no other.', [
        'test/security/leaked-secret.test.ts',
        'opens its own feed and no other',
      ]),
      claim(
        'It counts in the ledger and does nothing else there; the function can neither read a row nor send one.',
        [
          'test/infra/stacks.test.ts',
          'may count, and read the secrets of their own senders, and nothing else',
        ],
      ),
      claim('A row counts once, however often it is reported.', [
        'test/functions/callback/callback.test.ts',
        'answers what became of the row, once it is recorded',
      ]),
    ],
    remedy: 'Rotate it. Whoever has the old one can use it until that is revoked: see below.',
  },
  {
    what: 'The submission secret of a feed',
    allows: 'To report rows and counts that never were: a false count of a webhook, and false losses.',
    limits: [
      claim('A count is taken once by its key.', [
        'test/functions/submissions/submissions.test.ts',
        'takes a count, once by its key, from the body or from the header',
      ]),
      claim('It counts in the ledger and does nothing else there.', [
        'test/infra/stacks.test.ts',
        'may count, and read the secrets of their own senders, and nothing else',
      ]),
    ],
    remedy: 'Rotate it, and set the count right with `npx claywatch webhook recount`.',
  },
  {
    what: 'The relay secret of a feed',
    allows:
      'To have rows sent to Clay, which spends credits and uses up webhooks, and to read the status of all feeds. Not to read a row.',
    limits: [
      claim('What takes rows can take none out again.', [
        'test/infra/relay.test.ts',
        'relay: takes rows and remembers requests, and can take no row out again',
      ]),
      claim(
        'Rows go to Clay no faster than Clay allows, and can be held by hand; a burn that is unusual opens an incident.',
        ['test/credits/burn.test.ts', 'goes off above the limit for the whole window'],
      ),
    ],
    remedy:
      'Hold the feed (`npx claywatch hold <feed>`), rotate the secret, drop the rows that are not yours.',
  },
  {
    what: 'The URL or token of a Clay webhook',
    allows:
      'To post rows to Clay past Claywatch: credits, and the 50,000 rows of the webhook. Not to read anything. Clay checks no more than the token, if there is one.',
    limits: [
      claim('Neither is in a log, an error, an observation or a message.', [
        'test/observe/probes/webhook.test.ts',
        'never shows the URL, its host or the token',
      ]),
      claim('Text of others that holds one is shown without it.', [
        'test/notify/text.test.ts',
        'is shown without %s',
      ]),
      claim(
        'It is read by the watch and the forwarder only, and sent to the webhook only: no redirect is followed.',
        ['test/http/node-client.test.ts', 'follows no redirect, so a redirect loop is one answer'],
      ),
    ],
    remedy:
      'Make another webhook in Clay, put its URL into the secret (docs/rotation.md), delete the old one in Clay.',
  },
  {
    what: "Clay's API key",
    allows:
      'Whatever Clay allows its owner. Claywatch asks only who it is, what is left, and what the public API says.',
    limits: [
      claim('Only the watch reads it, and what rotates it.', [
        'test/infra/stacks.test.ts',
        'may do exactly this',
      ]),
      claim('No log holds it, whatever AWS answers.', [
        'test/functions/log-redaction.test.ts',
        'holds no secret, no row and no address when AWS %s',
      ]),
    ],
    remedy: 'Revoke it in Clay, and supply another (docs/rotation.md).',
  },
  {
    what: 'The respond secret',
    allows:
      'To act on every incident in any name: acknowledge, close, merge, and publish on the status page. Not to read a secret or a row.',
    limits: [
      claim('Who acted is on the timeline, with the way it came; the name proves nothing, and is shown so.', [
        'test/functions/incidents/api.test.ts',
        'acknowledges once, in the name that was given',
      ]),
      claim(
        'What is still seen failing can only be closed by force, and nothing goes outside that is not confirmed.',
        ['test/incident/act.test.ts', 'is refused while the cause is still seen, unless it is forced'],
        ['test/functions/incidents/api.test.ts', 'sends nothing outside that a person has not confirmed'],
      ),
      claim('The function reaches no channel and reads no row.', [
        'test/infra/channels.test.ts',
        'reads what a postmortem tells of, changes incidents, and reaches no channel',
      ]),
    ],
    remedy: 'Rotate it; `npx claywatch incidents list --all` shows what was done.',
  },
  {
    what: 'The read-only secret or the status secret',
    allows: 'To read incidents and postmortems, or how feeds go. No row, no secret, no address of a person.',
    limits: [
      claim('What is read shows none of them.', [
        'test/functions/incidents/api.test.ts',
        'shows no secret, address or control character of what was seen or typed',
      ]),
      claim(
        'The status does not say who holds a feed, and its function cannot open a row.',
        ['test/functions/respond/respond.test.ts', 'does not say outside who holds'],
        ['test/infra/relay.test.ts', 'respond: reads, and cannot open a row'],
      ),
    ],
    remedy: 'Rotate it.',
  },
  {
    what: 'The key that signs links',
    allows:
      'To make links that show or acknowledge any incident whose id is known or guessed, for as long as is liked.',
    limits: [
      claim('It is 32 characters at least, or no link is signed.', [
        'test/link/links.test.ts',
        'are not signed with a key that could be guessed',
      ]),
      claim('A link can acknowledge and do nothing else: not close, not publish.', [
        'test/functions/incidents/link.test.ts',
        'does nothing with a link for looking, with too large a form, or after the end',
      ]),
    ],
    remedy:
      'Rotate it, and take CLAYWATCH_ALSO_VALID off the old version: links in earlier messages then work no more.',
  },
  {
    what: 'A link that acknowledges, forwarded to a stranger',
    allows: 'To see that one incident, and to acknowledge it in any name: nobody is paged then.',
    limits: [
      claim(
        'It is for one incident and one purpose, cannot be changed, and expires (72 hours unless configured).',
        ['test/link/token.test.ts', 'is good for one purpose only'],
        ['test/link/token.test.ts', 'is refused whatever one character of it is changed to'],
        [
          'test/link/token.test.ts',
          'names its incident until the second it expires, and is over from then on',
        ],
      ),
      claim('Opening it changes nothing, as mail scanners do; its button must be pressed.', [
        'test/functions/incidents/link.test.ts',
        'changes nothing, however often scanners open it',
      ]),
      claim(
        'It is only in messages to people, never in what is passed on, in chats or on status pages.',
        ['test/notify/email.test.ts', 'are passed on to responders only to look at it, and to nobody else'],
        [
          'test/notify/bulletin.test.ts',
          'leads to where the incident can be looked at, and never to where anybody could take it',
        ],
      ),
      claim('Everybody hears who has it; an acknowledgement without an update grows stale and pages again.', [
        'test/incident/act.test.ts',
        'grows stale after an hour for a P1, and then pages as if it had just begun',
      ]),
      claim('The page passes its address on to nobody.', [
        'test/functions/incidents/link.test.ts',
        'has no script, loads nothing, and stays out of frames, caches, indexes and referrers',
      ]),
    ],
    remedy:
      'Give it back: `npx claywatch incidents unack <id>`. The link works until it expires; rotating the key ends all.',
  },
  {
    what: 'A link that shows',
    allows: 'To read that one incident: what was seen, who has it, what to do. No row.',
    limits: [
      claim('It has no button, and its token acknowledges nothing.', [
        'test/functions/incidents/link.test.ts',
        'offers no button once somebody has it, or when the link is only for looking',
      ]),
    ],
    remedy: 'It expires.',
  },
  {
    what: 'The signing secret of the Slack app',
    allows: 'To press the buttons of any incident, in the name of any user: acknowledge, and close by force.',
    limits: [
      claim(
        'A request is taken for five minutes, and done once.',
        ['test/functions/incidents/slack.test.ts', 'answers nobody but Slack'],
        [
          'test/functions/incidents/slack.test.ts',
          'does a request once, also when the incident was given back since',
        ],
      ),
      claim('Nothing is sent to an address in it that is not of hooks.slack.com.', [
        'test/functions/incidents/slack.test.ts',
        'goes nowhere else: %s',
      ]),
    ],
    remedy: 'Regenerate it in Slack, and supply it (docs/rotation.md).',
  },
  {
    what: 'The key that signs sessions of the console',
    allows:
      'Nothing by itself. With a secret of people too, what that secret allows anyway; where an identity provider is configured, to make sessions in any name and role.',
    limits: [
      claim('A session stands on the secret that was signed in with as well.', [
        'test/session/token.test.ts',
        'is refused by %s',
      ]),
      claim('Only what lets people in reads it.', [
        'test/functions/manifest.test.ts',
        'lets one function reach channels, and another one act, which reaches none',
      ]),
    ],
    remedy: 'Rotate it and revoke the old version at once (see below): everybody then signs in again.',
  },
  {
    what: 'A cookie of a session',
    allows: 'What its role allows, in the name of whoever signed in, until it ends.',
    limits: [
      claim('It changes nothing without what only the console itself sends.', [
        'test/functions/http/access.test.ts',
        'may not act %s',
      ]),
      claim('It ends after its hours.', ['test/functions/console/session.test.ts', 'ends after its hours']),
    ],
    remedy:
      'Rotate the secret that it was made with, or the key that signs sessions, and revoke the old version. To sign out takes the cookie away from the browser, not from a thief.',
  },
  {
    what: 'The bot token of Slack, the key of PagerDuty, the token of the status page',
    allows:
      'Whatever their vendor allows: to write in the name of the app, to page people falsely, to publish.',
    limits: [
      claim('Only what delivers messages reads them, and it can change no incident.', [
        'test/infra/channels.test.ts',
        'takes messages of channels out, proves deliveries, remembers threads, and changes no incident',
      ]),
      claim('What providers answer is kept without secrets.', [
        'test/notify/channels/exchange.test.ts',
        'are one short line without secrets, even those that look like nothing',
      ]),
      claim("Slack's token goes into a header, to Slack only.", [
        'test/notify/channels/slack.test.ts',
        'sends the token in the header, and to the channel of the configuration only',
      ]),
    ],
    remedy: 'Revoke it at its vendor, and supply another. Scopes: `chat:write` and no more for Slack.',
  },
  {
    what: 'The signing key or the URL of a webhook of yours',
    allows:
      'With the key, to send your receiver messages that look like ours; with the URL, nothing that it would believe.',
    limits: [
      claim('A signature is over id, time and body, and good for five minutes.', [
        'test/notify/channels/signed-webhook.test.ts',
        'signs anew at each attempt, because a signature is good for five minutes',
      ]),
      claim('Several keys sign at once, so that a receiver changes to the new one when it likes.', [
        'test/notify/channels/signed-webhook.test.ts',
        'signs with every key while they rotate, so that receivers may change theirs at any time',
      ]),
    ],
    remedy: 'Rotate it twice: the key before is still signed with until the next rotation.',
  },
  {
    what: 'The key that seals rows',
    allows: 'Nothing by itself. With read of the queues or the table: every row that waits or was kept.',
    limits: [
      claim('Two functions read it: what takes rows, and what sends them.', [
        'test/functions/manifest.test.ts',
        'lets nobody send rows to Clay who is not the forwarder, and nobody read rows who need not',
      ]),
    ],
    remedy:
      'Put a new key before the old one in the secret, separated by a space: the new one seals within a quarter of an hour, both open. Take the old one away once nothing that it sealed is kept any more: dead letters are kept for 90 days (`relay.deadLetters.keepDays`).',
  },
  {
    what: 'Read of the table, for an AWS principal that should not have it',
    allows:
      'Incidents and postmortems, with the names of people who acted; counts; hashes of what identifies rows. No row, no secret.',
    limits: [
      claim(
        'Rows are sealed in queues, copies and dead letters alike, each for its own place.',
        ['test/aws/sqs/row-queue.test.ts', 'are never readable there'],
        ['test/contract/keeping.test.ts', 'is not readable in any item'],
        [
          'test/seal/node-seal.test.ts',
          'does not open in another context, with another key, or when anything of it was changed',
        ],
      ),
      claim(
        'Table and queues are encrypted at rest; the table by a key of yours if you say so, which exactly those may use who use the table.',
        [
          'test/infra/rules.test.ts',
          'encrypt the table with a key of the customer, which exactly those may use who use the table',
        ],
        ['test/infra/rules.test.ts', 'is encrypted'],
      ),
      claim(
        'What is only needed for a while expires: incidents 400 days after their end.',
        [
          'test/aws/dynamodb/stores.test.ts',
          'expire 400 days after their resolution, and never while they are open or owe a message',
        ],
        [
          'test/infra/stacks.test.ts',
          'is one table in the shape of the stores: encrypted, restorable, expiring, protected, kept',
        ],
      ),
    ],
    remedy:
      'Take the right away, and see CloudTrail (data events of DynamoDB, if they are on) for what was read.',
  },
];

export const SECTIONS: readonly Section[] = [
  {
    title: 'The console and its sessions',
    intro:
      'The page itself is for anybody: it is a client of the API and holds nothing. Whoever signs in exchanges a secret, or a sign-in at the identity provider, for a cookie that is signed and short-lived; nothing of a session is stored. A secret in a header works all the same, and is not limited in its failures: what limits guessing there is its length, 256 bits where Claywatch made it.',
    claims: [
      claim(
        'A session cannot be made up, prolonged, renamed or raised to another role.',
        [
          'test/session/token.test.ts',
          'is refused whatever one character of it is changed to, and wherever it is cut',
        ],
        [
          'test/session/token.test.ts',
          "never makes a responder of a reader, though the claim were a reader's own to write",
        ],
        [
          'test/session/token.test.ts',
          'is not taken for a link in a message, though the same key signed both',
        ],
      ),
      claim(
        'It ends after its hours, and at once when the secret that it was made with, or the key that signed it, is valid no more.',
        ['test/functions/console/session.test.ts', 'ends after its hours'],
        [
          'test/functions/console/session.test.ts',
          'ends when the secret that it was made with is taken away, and no other session does',
        ],
        [
          'test/functions/console/oidc.test.ts',
          'ends every session of the provider when it is configured no more',
        ],
      ),
      claim('The cookie is read by no script, sent by no other site, and over TLS to this host only.', [
        'test/functions/console/session.test.ts',
        'gives a cookie that no script reads, no other site sends, and only this host gets, over https',
      ]),
      claim(
        'With a session, nothing is changed but by the console itself: a header that other sites cannot send, and an origin that is this one.',
        ['test/functions/http/access.test.ts', 'may not act %s'],
        ['test/functions/console/session.test.ts', 'is refused %s, before the secret is looked at'],
        [
          'test/functions/console/session.test.ts',
          'is ended by taking the cookie away, and only by the console itself',
        ],
      ),
      claim(
        'Who fails to sign in too often waits, from that address or IPv6 network; however many tries come at once.',
        ['test/session/limit.test.ts', 'lets as many through at once as one after the other'],
        [
          'test/session/limit.test.ts',
          'turns a source away exactly when it has failed so often in this window, whatever the clock does',
        ],
        [
          'test/functions/console/session.test.ts',
          'is refused from the whole of an IPv6 network, and what a header says of the address is nothing',
        ],
      ),
      claim(
        'A stranger who is locked out locks out nobody else, and no session.',
        [
          'test/session/limit.test.ts',
          'locks nobody out for what others do: some tries are left to each source',
        ],
        [
          'test/functions/console/session.test.ts',
          'works from elsewhere, and for whoever has a session or sends the secret in a header',
        ],
      ),
      claim('No address of anybody is kept by that.', [
        'test/functions/console/session.test.ts',
        'keeps no address of anybody in what it counts',
      ]),
      claim(
        'Sign-in by a provider takes one code, for one browser, signed by that provider, for this client; claims say who may do what, and whoever has none may do nothing.',
        ['test/functions/console/oidc.test.ts', 'refuses an ID token %s'],
        [
          'test/functions/console/oidc.test.ts',
          'refuses whoever comes back with another state, another code, or an error',
        ],
        [
          'test/functions/console/oidc.test.ts',
          'refuses a browser that did not begin it, and asks nobody for it',
        ],
        ['test/functions/console/oidc.test.ts', 'lets nobody in whose claims say nothing of a role'],
      ),
      claim(
        'The address that the provider sends people back to is that of the configuration, whatever a request says.',
        [
          'test/functions/console/oidc.test.ts',
          'asks for a code with PKCE, state and nonce, and comes back to the address of the configuration',
        ],
      ),
      claim(
        'The page runs, loads and reaches nothing but its own files, and stands in no frame.',
        [
          'test/functions/console/page.test.ts',
          'may run, show and reach nothing but its own files, and be framed by nobody',
        ],
        [
          'test/functions/console/page.test.ts',
          'has nothing in it that its own policy forbids: no inline script or style, and no address elsewhere',
        ],
      ),
      claim('Nothing is served but the files of the build.', [
        'test/functions/console/page.test.ts',
        'has no other file than those of the build, whatever it is asked for',
      ]),
    ],
  },
  {
    title: 'A secret that leaked, while it rotates',
    intro:
      "During a rotation the old value of a sender's secret stays valid until every sender was seen with the new one, so that no row is lost. A thief uses it too, and keeps it in use. When a secret has leaked, do not wait: `aws secretsmanager update-secret-version-stage --secret-id <name> --version-stage CLAYWATCH_ALSO_VALID --remove-from-version-id <old version>` revokes it.",
    claims: [
      claim('Then it opens nothing within a minute.', [
        'test/security/leaked-secret.test.ts',
        'opens nothing a minute after its label is taken away by hand, whoever still uses it',
      ]),
      claim(
        'Once one sender has the new one, nobody makes the old one current again by using it; after the overlap people are told who still does.',
        [
          'test/security/leaked-secret.test.ts',
          'is not made current again by whoever uses it on, once one sender has the new one; people are told',
        ],
      ),
      claim('Nobody is without a working secret, wherever a rotation dies.', [
        'test/rotate/kill.test.ts',
        'twice, anywhere, or for good: nobody is without a working secret',
      ]),
    ],
  },
  {
    title: 'What others write',
    intro:
      'Senders, the content of rows, the templates of Clay columns, the status pages and endpoints that are looked at, people who act, and Slack users: none of what they write is believed, run, or shown as it is.',
    claims: [
      claim(
        'A body is not unpacked, and is refused above its limit before it is decoded.',
        ['test/functions/http/request.test.ts', 'is not unpacked'],
        [
          'test/functions/callback/callback.test.ts',
          'takes at most so many bytes, as they were sent, and counts what is larger as refused',
        ],
        [
          'test/functions/incidents/slack.test.ts',
          'refuses what is too large before it is decoded, and what is compressed',
        ],
      ),
      claim(
        'A row takes time in proportion to its length, whatever it holds, and exhausts no stack.',
        ['test/security/endless.test.ts', 'is judged at once, wherever it stands: %s'],
        ['test/security/endless.test.ts', 'a body of nothing but %s is refused, and exhausts no stack'],
      ),
      claim(
        'Keys that every object of JavaScript has change nothing, and name no feed.',
        ['test/functions/relay/relay.test.ts', 'changes nothing by keys of the prototype, and sends them on'],
        [
          'test/security/strangers.test.ts',
          'finds no feed under a name that every object knows, or that looks like one: %j',
        ],
      ),
      claim(
        'Of a failed row only the class of its error is kept; of words only short ones that are no address, link or number.',
        ['test/rows/status.test.ts', 'stands in the status of a failed row, and the message nowhere'],
      ),
      claim(
        'Nobody writes a line or a metric into the log, and nothing of a row, a person, a secret or a webhook is in it.',
        [
          'test/functions/log-trail.test.ts',
          'holds nothing of a row, of a person, of a secret or of a webhook',
        ],
        ['test/functions/log-redaction.test.ts', 'holds no secret, no row and no address when AWS %s'],
      ),
      claim(
        'A mail has no header, line or heading that others wrote, and no link that the configuration does not name.',
        [
          'test/notify/render.test.ts',
          'has a mail in which no text by others begins a line, is a heading, or is invisible',
        ],
        ['test/notify/render.test.ts', 'has a subject of printable ASCII below 100 characters'],
        [
          'test/notify/render.test.ts',
          'has no link that the configuration or the runbook does not name, and no name of a user in one',
        ],
      ),
      claim('A message in Slack mentions nobody, links nothing and formats nothing by what others wrote.', [
        'test/notify/channels/slack.test.ts',
        'mentions nobody, links nothing and formats nothing of what others wrote',
      ]),
      claim(
        'A page shows text as text, whatever it is; it runs and loads nothing.',
        [
          'test/functions/incidents/link.test.ts',
          'shows as text whatever was seen, and its markup is the same for every text',
        ],
        ['test/functions/incidents/postmortem.test.ts', 'shows as text whatever was seen and typed'],
      ),
      claim('Markdown formats, links and calls nothing by text of others.', [
        'test/notify/drafts.test.ts',
        'formats, links and calls nothing by text of others in Markdown',
      ]),
      claim(
        'The command line prints nothing that a terminal obeys, neither for people nor as JSON, nor in errors.',
        ['test/security/terminal.test.ts', 'shows nothing that a terminal obeys: %s'],
        ['test/security/terminal.test.ts', 'writes JSON that says the same to programs'],
        [
          'test/local/view.test.ts',
          'shows messages below the run that sent them, an SMS whole, and nothing that a terminal would obey',
        ],
      ),
      claim('A header of a webhook has no line break, whatever the id.', [
        'test/notify/channels/signed-webhook.test.ts',
        'puts no line break into a header, whatever the id',
      ]),
    ],
  },
  {
    title: 'Where requests of ours go',
    intro:
      'Only to addresses of the configuration and its secrets, and to hooks.slack.com. Nothing that comes from outside is fetched.',
    claims: [
      claim('A redirect is an answer, and is not followed.', [
        'test/http/node-client.test.ts',
        'follows no redirect, so a redirect loop is one answer',
      ]),
      claim('An answer is read up to a limit and never decompressed.', [
        'test/http/node-client.test.ts',
        'is read up to the limit and dropped after it, though it is 100 MB long',
      ]),
      claim(
        'The address that comes with a press in Slack is only taken when it is of hooks.slack.com, over HTTPS, without a user name or a port.',
        ['test/notify/channels/slack-actions.test.ts', 'is never answered at %s'],
      ),
      claim('A schema of rows refers to nothing that would have to be fetched.', [
        'test/config/parse.test.ts',
        'are a schema of rows that no row could be judged by, each fault at its place',
      ]),
    ],
  },
  {
    title: 'What a stranger can make you pay',
    intro:
      'Whoever knows the address can ask. The most, at 1,000 requests a second without a pause: 2.6 billion requests a month, of which API Gateway, Lambda and CloudWatch Logs together cost about 5,000 USD at list prices, 7 USD an hour. It is seen within minutes, and a budget tells within hours. To put a stop to it, lower the throttle of the stage, or put CloudFront with AWS WAF before the endpoint: an HTTP API takes no WAF itself.',
    claims: [
      claim(
        'The endpoint lets 1,000 requests a second through, and 50 on each route of people and Slack.',
        ['test/infra/stacks.test.ts', 'is throttled at ten times what Clay sends at most'],
        [
          'test/security/rights.test.ts',
          'lets people and Slack ask far less often than senders, route by route',
        ],
      ),
      claim("Nothing of a stranger's body is read, decoded or parsed.", [
        'test/security/strangers.test.ts',
        'does not have their body read, however it looks',
      ]),
      claim(
        'However many wrong secrets come, the store of secrets is asked some times a minute by each instance.',
        [
          'test/security/strangers.test.ts',
          'makes the store of secrets be asked some times a minute at most, however many requests they send',
        ],
      ),
      claim('The same holds for links that are none, also while there is no key.', [
        'test/security/strangers.test.ts',
        'who opens links that are none does not make the store be asked at will, also while the key is missing',
      ]),
      claim('Refused and shed requests are counted, and operators are told.', [
        'test/infra/stacks.test.ts',
        'notice in the access log what the endpoint sheds, and whom it refuses',
      ]),
      claim('A budget tells the operators, where one is configured.', [
        'test/infra/rules.test.ts',
        'tell the operators, and whom they name, before a month costs too much',
      ]),
      claim(
        'Neither the watch nor the forwarder can be starved by requests: their instances are reserved.',
        ['test/infra/stacks.test.ts', 'has instances reserved, where the account has enough'],
        [
          'test/infra/relay.test.ts',
          'runs at most three times at once, where the account has instances to reserve',
        ],
      ),
    ],
  },
  {
    title: "On a developer's machine",
    intro:
      'The local runtime listens on 127.0.0.1 only, and web pages reach that too. The endpoint asks for the same secrets as when it is deployed. The emulators of AWS, the port by which functions are invoked and the simulated Clay ask for none: they answer programs only. Other users of the same machine are programs to them.',
    claims: [
      claim(
        'No web page reaches them, whether it says its origin, hides it, or has its name pointed at the machine.',
        ['test/security/local-ports.test.ts', 'does nothing for a web page %s, and lets it read nothing'],
        ['test/security/local-ports.test.ts', 'tells no page that it may ask'],
      ),
      claim('The endpoint does for a page what it does for a stranger.', [
        'test/security/local-ports.test.ts',
        'the port of the endpoint does for a web page what it does for a stranger: nothing without a secret',
      ]),
      claim('What is kept on disk can be read by its owner only.', [
        'test/security/local-ports.test.ts',
        'what the local runtime keeps can be read by nobody else on the machine',
      ]),
      claim(
        'A function gets the secrets that the configuration names, and nothing else of the environment.',
        [
          'test/local/function-environment.test.ts',
          'has the secrets that the configuration names and nothing else of this process',
        ],
      ),
    ],
  },
  {
    title: 'Secrets at rest, and what is installed',
    claims: [
      claim(
        'Templates hold no secret and no webhook, and secrets are created without a value.',
        ['test/infra/stacks.test.ts', 'holds no secret, no webhook and no other value than names of secrets'],
        [
          'test/infra/stacks.test.ts',
          'creates the secrets below its own name, without a value, and keeps them',
        ],
      ),
      claim('A deployed function has no secret in its environment.', [
        'test/infra/secret-references.test.ts',
        'may not be environment variables, which a deployed function does not have',
      ]),
      claim('A refused configuration shows no secret, wherever somebody put it.', [
        'test/config/parse.test.ts',
        'never appear, and whatever the file says the outcome is an answer or a ClaywatchError',
      ]),
      claim(
        'Every package is named by an exact version and locked by a hash, from one registry, without scripts at installation but those that are named.',
        [
          'test/security/supply-chain.test.ts',
          'is named by exact versions, never by a range, a tag, an address or a folder',
        ],
        ['test/security/supply-chain.test.ts', 'is locked down to the last package by a hash of its content'],
        [
          'test/security/supply-chain.test.ts',
          'runs no script while it is installed but those that are named, and none of our own',
        ],
      ),
    ],
  },
];

/** What is known and left so, with the reason. */
export const LIMITS: readonly string[] = [
  "Callbacks and rows are proven by a static secret in a header: Clay's columns can sign nothing. Whoever sees one request of Clay can send others.",
  'The names that people give (API, links) prove nothing; only Slack says who pressed. Anybody in a Slack channel with messages of ours, guests too, may press its buttons.',
  'A session is signed, not stored: to sign out takes the cookie away, and a copy of it goes on until its hours are over or what it stands on is rotated. Somebody whom the identity provider no longer lets in keeps a session for as long.',
  'The name of a session made by a secret is what somebody calls themselves; only the identity provider says who it is.',
  'The limit of failed sign-ins goes by the address that API Gateway sees: people behind one address, or behind a proxy of yours, share their ten tries in a quarter of an hour.',
  'A link is its own permission: whoever has it needs no account. A scanner that submits forms would acknowledge; none is known to. Set `respond.linkHours` lower where mail is widely forwarded.',
  'A secret that nobody has taken in its new form by the end of the overlap rolls back to the old one, also when a thief is the one who uses the old one: revoke by hand, as above.',
  'All feeds share the throttle of the endpoint: a flood on one route of rows makes API Gateway answer others 429, which Clay and senders repeat.',
  'Entities are hashed with the names of installation and feed, without a secret: whoever reads the table can test whether a given address is among them. They are pseudonyms, not anonymous.',
  "The words of a status, provider or column are kept as text (printable, 64 characters, no addresses, links or long numbers). An operator who writes a person's name into one of them has it counted by name.",
  "Regular expressions in the configuration (row schemas, conditions) run on what others send: one that takes exponential time is the operator's own.",
  'The package of each function holds the configuration: addresses and numbers of people who are told, no secrets. Whoever may read the code of the functions reads them.',
  'Other users of a machine on which the local runtime runs reach its emulators, as programs do; run it on a machine of your own.',
];

export const OUT_OF_SCOPE: readonly string[] = [
  'Clay itself, its staff, and what its columns do with rows; Slack, PagerDuty and the providers of status pages.',
  'An administrator of the AWS account, of the pipeline that deploys, or of the repository.',
  'The machine and the shell of whoever runs the command line: it acts with their AWS credentials.',
  'Attacks on the network by volume: AWS Shield Standard is before API Gateway.',
];
