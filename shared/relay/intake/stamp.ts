/** Carries the row id to Clay and, in a column of the table, back to us. */
export const ROW_ID_KEY = '_claywatch_row_id';

const withoutId = (row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  if (!Object.hasOwn(row, ROW_ID_KEY)) return row;
  const { [ROW_ID_KEY]: overwritten, ...rest } = row;
  return rest;
};

/**
 * Writes a row as it goes to Clay. An id that is there already is overwritten: only one that we issued says where the
 * row is counted. Gives the text for any id, so that its size is known before one is issued.
 */
export const stampable = (row: Readonly<Record<string, unknown>>): ((rowId: string) => string) => {
  const text = JSON.stringify(withoutId(row));
  const before = text === '{}' ? '{' : `${text.slice(0, -1)},`;
  return (rowId) => `${before}"${ROW_ID_KEY}":${JSON.stringify(rowId)}}`;
};
