import type { FaultView } from '../faults/switchboard.ts';
import { type Agenda, createAgenda } from './agenda.ts';
import type { Callbacks } from './callbacks.ts';
import { type Enrichment, enrich } from './enrichment.ts';
import type { Meters } from './meters.ts';
import type { ClayOptions, TableOptions } from './options.ts';
import type { Random } from './random.ts';

/** A basic cell holds 8 KB [C, clay-facts]. */
const CELL_BYTES = 8_192;

/** A row on its way; of its data only the row id and whether a cell is too large are kept. */
interface Row {
  readonly rowId: string | null;
  readonly table: Table;
  readonly cellTooLarge: boolean;
}

type Finished = Row & { readonly enrichment: Enrichment };

interface Table {
  readonly options: TableOptions;
  readonly keys: Set<string>;
  /** Rows that arrived while auto-run was off: they stay so until somebody runs them [C]. */
  stale: Row[];
  rows: number;
  dropped: number;
  duplicates: number;
  running: number;
  finished: number;
  failed: number;
}

/** A table as the state shows it: counts only. */
export interface TableReport {
  readonly id: string;
  readonly rows: number;
  readonly ceiling: number;
  readonly autoRun: boolean;
  readonly running: number;
  readonly waitingForCredits: number;
  readonly stale: number;
  readonly finished: number;
  readonly failed: number;
  readonly dropped: number;
  readonly duplicates: number;
}

export interface Tables {
  has(id: string): boolean;
  ids(): readonly string[];
  isPassthrough(id: string): boolean;
  /** A row that a webhook took. Never says whether the table kept it: neither does Clay. */
  add(tableId: string, row: unknown): void;
  /** Runs rows that arrived while auto-run was off; returns how many. */
  runStale(id: string): number;
  /** Deletes all rows: makes room under the ceiling, and leaves the webhooks' counts alone [C]. */
  deleteRows(id: string): void;
  /** Finishes the rows that are due. */
  settle(now: number): void;
  nextAt(): number | undefined;
  reports(): readonly TableReport[];
}

interface Dependencies {
  readonly options: ClayOptions;
  readonly faults: FaultView;
  readonly meters: Meters;
  readonly callbacks: Callbacks;
  readonly random: Random;
  now(): number;
}

const concerns = (fault: { table: string } | undefined, table: Table): boolean =>
  fault !== undefined && (fault.table === 'all' || fault.table === table.options.id);

const member = (row: unknown, name: string): unknown =>
  row !== null && typeof row === 'object' && Object.hasOwn(row, name)
    ? (row as Record<string, unknown>)[name]
    : undefined;

const hasTooLargeCell = (row: unknown): boolean =>
  row !== null &&
  typeof row === 'object' &&
  !Array.isArray(row) &&
  Object.values(row).some((cell) => Buffer.byteLength(JSON.stringify(cell) ?? '') > CELL_BYTES);

export const createTables = ({ options, faults, meters, callbacks, random, now }: Dependencies): Tables => {
  const tables = new Map<string, Table>(
    options.tables.map((table) => [
      table.id,
      {
        options: table,
        keys: new Set(),
        stale: [],
        rows: table.startRows ?? 0,
        dropped: 0,
        duplicates: 0,
        running: 0,
        finished: 0,
        failed: 0,
      },
    ]),
  );
  const agenda: Agenda<Finished> = createAgenda();
  let waiting: Finished[] = [];

  const tableOf = (id: string): Table => {
    const table = tables.get(id);
    if (!table) throw new RangeError(`no table ${id}`);
    return table;
  };

  const isFull = (table: Table) =>
    concerns(faults.get('table-full'), table) || table.rows >= table.options.ceiling;
  const vanishes = (table: Table): boolean => {
    const loss = faults.get('silent-loss');
    return loss !== undefined && concerns(loss, table) && random() < loss.share;
  };
  const runsByItself = (table: Table) =>
    table.options.autoRun && !concerns(faults.get('auto-run-off'), table);

  const run = (row: Row) => {
    const enrichment = enrich(row.table.options, faults, random);
    row.table.running += 1;
    agenda.add(now() + enrichment.durationMs, { ...row, enrichment });
  };

  const isDuplicate = (table: Table, row: unknown): boolean => {
    if (table.options.dedupeOn === undefined) return false;
    const key = JSON.stringify(member(row, table.options.dedupeOn)) ?? '';
    if (key === '') return false;
    if (table.keys.has(key)) return true;
    table.keys.add(key);
    return false;
  };

  const leave = (row: Finished, outcome: 'finished' | 'failed') => {
    row.table.running -= 1;
    row.table[outcome] += 1;
    if (row.table.options.autoDelete) row.table.rows -= 1;
  };

  /** The HTTP API column is an action of its own, and so is the CRM column. */
  const COLUMN_ACTIONS = 2;

  const report = (row: Finished, status: string, error: string | null, credits: number, actions: number) => {
    const crmFailed = faults.get('crm-token-expired') !== undefined;
    callbacks.queue({
      row_id: row.rowId,
      status,
      error: error ?? (crmFailed ? 'Token has expired' : null),
      fields: status === 'SUCCESS' ? row.enrichment.fields : [],
      credits,
      actions,
      provider: row.enrichment.provider,
      crm_status: crmFailed ? 'ERROR' : faults.get('crm-wrong-data') ? 'MISMATCH' : 'SUCCESS',
    });
  };

  const finish = (row: Finished) => {
    const { enrichment } = row;
    const actions = enrichment.actions + COLUMN_ACTIONS;
    if (meters.spend(enrichment.credits, actions)) {
      const tooLarge = row.cellTooLarge ? 'Cell size limit exceeded' : null;
      leave(row, 'finished');
      report(
        row,
        tooLarge ? 'ERROR' : enrichment.status,
        tooLarge ?? enrichment.error,
        enrichment.credits,
        actions,
      );
      return;
    }
    if (options.whenExhausted === 'wait') {
      waiting.push(row);
      return;
    }
    leave(row, 'failed');
    // Without actions the column that would report the error does not run either.
    if (meters.actions() !== 0) report(row, 'ERROR', 'Insufficient credits', 0, 0);
  };

  return {
    has: (id) => tables.has(id),
    ids: () => [...tables.keys()],
    isPassthrough: (id) => tableOf(id).options.autoDelete,
    add: (tableId, row) => {
      const table = tableOf(tableId);
      if (isFull(table) || vanishes(table)) {
        table.dropped += 1;
        return;
      }
      if (isDuplicate(table, row)) {
        table.duplicates += 1;
        return;
      }
      table.rows += 1;
      const rowId = member(row, '_claywatch_row_id');
      const arrived: Row = {
        rowId: typeof rowId === 'string' ? rowId : null,
        table,
        cellTooLarge: hasTooLargeCell(row),
      };
      if (runsByItself(table)) run(arrived);
      else table.stale.push(arrived);
    },
    runStale: (id) => {
      const table = tableOf(id);
      const rows = table.stale;
      table.stale = [];
      for (const row of rows) run(row);
      return rows.length;
    },
    deleteRows: (id) => {
      const table = tableOf(id);
      table.rows = table.running;
      table.stale = [];
      table.keys.clear();
    },
    settle: (time) => {
      // During an outage the tables stand still; afterwards they catch up.
      if (faults.get('outage')) return;
      const retried = waiting;
      waiting = [];
      for (const row of retried) finish(row);
      for (let row = agenda.takeDue(time); row; row = agenda.takeDue(time)) finish(row);
    },
    nextAt: () => agenda.nextAt(),
    reports: () => {
      const waitingIn = Map.groupBy(waiting, (row) => row.table);
      return [...tables.values()].map((table) => ({
        id: table.options.id,
        rows: table.rows,
        ceiling: table.options.ceiling,
        autoRun: runsByItself(table),
        running: table.running - (waitingIn.get(table)?.length ?? 0),
        waitingForCredits: waitingIn.get(table)?.length ?? 0,
        stale: table.stale.length,
        finished: table.finished,
        failed: table.failed,
        dropped: table.dropped,
        duplicates: table.duplicates,
      }));
    },
  };
};
