/**
 * What Claywatch does by itself, said once. What it does about rows it does where they go through the relay; of senders
 * that post to Clay themselves it only counts what they report.
 */
export const CONFIRMS =
  'Looks again within the same run before it believes a failure, then opens one incident and tells everybody who is subscribed.';
export const RULES_OUT_OWN_NETWORK =
  'Checks its own network against independent hosts first, so that our own fault is not blamed on Clay.';
export const KEEPS_EFFECTS =
  'Keeps the effects of this fault on this incident instead of paging for each of them.';
export const READS_STATUS =
  'Reads the status page of Clay and reports what Clay declares apart from what was measured.';
export const READS_BALANCE = 'Reads both credit meters every few minutes; reading is free.';
export const CLOSES =
  'Closes the incident and says so once it was seen working several times in a row; one good answer is not enough.';

export const HOLDS_ROWS =
  'Where rows go through the relay: keeps them while Clay cannot take them, and sends them on by itself once it is seen to work, slowly first.';
export const FAILS_OVER =
  'Where rows go through the relay: has the next standby with room take over, before the limit or at it. Senders keep the same address; without a standby, rows wait.';
export const PACES =
  'Where rows go through the relay: sends at most 10 rows per second over all webhooks of the workspace, slows down at a 429, and sends the rows that got one again.';
export const SETS_ASIDE =
  'Where rows go through the relay: sets a refused row aside with the reason, and stops sending when every row is refused.';
export const KEEPS_ROWS =
  'Where rows go through the relay: keeps every row that it took until it is sent, however long that takes.';
/** Sending again costs again, so a person decides. */
export const REPLAYS =
  'Where rows go through the relay: says how many rows that Clay accepted have not come back. npx claywatch replay plans what sending them again takes, and does it.';
export const COUNTS_ROWS =
  'Counts every row that Clay accepted and every row that came back, where senders report them and the HTTP API column calls back.';
export const SEEN_BY_COUNTING =
  'Counts every row that Clay accepted and every row that came back. Only this count shows the fault: it needs senders that report what Clay accepted, and the HTTP API column calling back.';
/** Rates are compared with their confidence bounds; see shared/observe/rows. */
export const SAYS_NOTHING_BY_FEW =
  'Says nothing by too few rows: a rate is judged over a minimum of rows and with 95 % confidence, and a quiet feed is no fault.';
export const TELLS_APART = 'Compares with the day before, and says whether the rows changed or a provider.';
/** Every POST to a webhook is a real row, so none is sent unless the configuration asks for it [C]. */
export const SEEN_IF_CHECKED =
  'Looks at the webhook as its "check" in claywatch.config.ts says. The default looks at nothing, because a test row is a real row that uses one of the 50,000 for life.';
export const SEEN_BY_ROWS =
  'Where rows go through the relay: sees it in the answers to real rows, at no cost.';
export const DERIVES_BURN =
  'Derives how fast credits are spent from the balances that it reads, and forecasts when they run out. Before three hours of balances are known, the level alone speaks.';
export const SEEN_BY_BURN =
  'Derives how fast credits are spent from the balances that it reads, and compares it with the limit and with what is usual at that hour of the week.';
/** The text is in the mail; nobody outside is written to without a person. */
export const WRITES_TO_SUPPORT =
  'Writes the text for Clay support, with workspace, tables, times and counts and without any row; a person sends it.';
export const FALLS_BACK =
  'Shows what else can be seen of the same thing meanwhile, and says that it stands in for what cannot.';
export const ROTATES_SECRETS =
  'On AWS: rotates its secrets when somebody supplies a new one, or by itself, keeping two valid at once during the change. A new value that does not work is never put into force.';
