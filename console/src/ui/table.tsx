import type { ComponentChildren } from 'preact';
import './table.css';
import { cx } from './class-names.ts';

export interface Column<Row> {
  readonly key: string;
  readonly head: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Right-aligned. */
  readonly number?: boolean;
  /** Names the row, for screen readers; one column at most. */
  readonly rowHead?: boolean;
  /** As narrow as its content. */
  readonly narrow?: boolean;
}

/** On phones each row becomes a card with the heads beside the cells. */
export const Table = <Row,>({
  caption,
  columns,
  rows,
  keyOf,
  empty = 'Nothing here.',
  captionShown = false,
}: {
  /** What the table is about; read by screen readers. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row, index: number) => string | number;
  readonly empty?: ComponentChildren;
  readonly captionShown?: boolean;
}) =>
  rows.length === 0 ? (
    <p class="table-empty">{empty}</p>
  ) : (
    <div class="table-wrap">
      <table class="table">
        <caption class={captionShown ? undefined : 'visually-hidden'}>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ key, head, number = false, narrow = false }) => (
              <th key={key} scope="col" class={cx(number && 'number', narrow && 'narrow')}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={keyOf(row, index)}>
              {columns.map(({ key, head, cell, number = false, narrow = false, rowHead = false }) => {
                const content = <div class="cell">{cell(row)}</div>;
                return rowHead ? (
                  <th key={key} scope="row" data-head={head} class={cx(number && 'number')}>
                    {content}
                  </th>
                ) : (
                  <td key={key} data-head={head} class={cx(number && 'number', narrow && 'narrow')}>
                    {content}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
