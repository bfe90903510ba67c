import type { AutomaticAction, DoneSign } from './entry.ts';

/**
 * What Claywatch does by itself, said once. What it does about rows it does where they go through the relay; of senders
 * that post to Clay themselves it only counts what they report.
 */
const now = (action: string, shownBy?: DoneSign): AutomaticAction => ({
  action,
  ...(shownBy && { shownBy }),
});

export const CONFIRMS = now(
  'Looks again within the same run before it believes a failure, then opens one incident and tells everybody who is subscribed.',
  'opened',
);
export const RULES_OUT_OWN_NETWORK = now(
  'Checks its own network against independent hosts first, so that our own fault is not blamed on Clay.',
  'opened',
);
export const KEEPS_EFFECTS = now(
  'Keeps the effects of this fault on this incident instead of paging for each of them.',
  'effects',
);
export const READS_STATUS = now(
  'Reads the status page of Clay and reports what Clay declares apart from what was measured.',
  'status-page',
);
export const READS_BALANCE = now('Reads both credit meters every few minutes; reading is free.', 'balance');
export const CLOSES = now(
  'Closes the incident and says so once it was seen working several times in a row; one good answer is not enough.',
  'seen-working',
);

export const HOLDS_ROWS = now(
  'Where rows go through the relay: keeps them while Clay cannot take them, and sends them on by itself once it is seen to work, slowly first.',
  'hold',
);
export const FAILS_OVER = now(
  'Where rows go through the relay: has the next standby with room take over, before the limit or at it. Senders keep the same address; without a standby, rows wait.',
  'failover',
);
export const PACES = now(
  'Where rows go through the relay: sends at most 10 rows per second over all webhooks of the workspace, slows down at a 429, and sends the rows that got one again.',
);
export const SETS_ASIDE = now(
  'Where rows go through the relay: sets a refused row aside with the reason, and stops sending when every row is refused.',
);
export const KEEPS_ROWS = now(
  'Where rows go through the relay: keeps every row that it took until it is sent, however long that takes.',
);
/** Sending again costs again, so a person decides. */
export const REPLAYS = now(
  'Where rows go through the relay: says how many rows that Clay accepted have not come back. npx claywatch replay plans what sending them again takes, and does it.',
  'reconcile',
);
export const COUNTS_ROWS = now(
  'Counts every row that Clay accepted and every row that came back, where senders report them and the HTTP API column calls back.',
);
export const SEEN_BY_COUNTING = now(
  'Counts every row that Clay accepted and every row that came back. Only this count shows the fault: it needs senders that report what Clay accepted, and the HTTP API column calling back.',
  'opened',
);
/** Rates are compared with their confidence bounds; see shared/observe/rows. */
export const SAYS_NOTHING_BY_FEW = now(
  'Says nothing by too few rows: a rate is judged over a minimum of rows and with 95 % confidence, and a quiet feed is no fault.',
);
export const TELLS_APART = now(
  'Compares with the day before, and says whether the rows changed or a provider.',
  'opened',
);
/** Every POST to a webhook is a real row, so none is sent unless the configuration asks for it [C]. */
export const SEEN_IF_CHECKED = now(
  'Looks at the webhook as its "check" in claywatch.config.ts says. The default looks at nothing, because a test row is a real row that uses one of the 50,000 for life.',
);
export const SEEN_BY_ROWS = now(
  'Where rows go through the relay: sees it in the answers to real rows, at no cost.',
);
export const DERIVES_BURN = now(
  'Derives how fast credits are spent from the balances that it reads, and forecasts when they run out. Before three hours of balances are known, the level alone speaks.',
);
export const SEEN_BY_BURN = now(
  'Derives how fast credits are spent from the balances that it reads, and compares it with the limit and with what is usual at that hour of the week.',
  'opened',
);
/** The text is in the mail; nobody outside is written to without a person. */
export const WRITES_TO_SUPPORT = now(
  'Writes the text for Clay support, with workspace, tables, times and counts and without any row; a person sends it.',
  'told',
);
export const FALLS_BACK = now(
  'Shows what else can be seen of the same thing meanwhile, and says that it stands in for what cannot.',
);
export const ROTATES_SECRETS = now(
  'On AWS: rotates its secrets when somebody supplies a new one, or by itself, keeping two valid at once during the change. A new value that does not work is never put into force.',
);
