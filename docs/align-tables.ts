const isRow = (line: string): boolean => line.startsWith('|');
const isRule = (cell: string): boolean => /^-+$/.test(cell);

/** The cells of a row; a bar that belongs to a cell is written `\|`. */
const cellsOf = (row: string): readonly string[] =>
  row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());

const widthOf = (text: string): number => [...text].length;

const aligned = (rows: readonly string[]): readonly string[] => {
  const table = rows.map(cellsOf);
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(3, ...table.map((cells) => (isRule(cells[column] ?? '') ? 0 : widthOf(cells[column] ?? '')))),
  );
  return table.map((cells) => {
    const padded = widths.map((width, column) => {
      const cell = cells[column] ?? '';
      return isRule(cell) ? '-'.repeat(width) : `${cell}${' '.repeat(width - widthOf(cell))}`;
    });
    return `| ${padded.join(' | ')} |`;
  });
};

/** Markdown with the columns of its tables aligned, as the formatter of this repository wants them. */
export const alignTables = (markdown: string): string => {
  const lines = markdown.split('\n');
  const out: string[] = [];
  for (let index = 0; index < lines.length; ) {
    const rest = lines.slice(index);
    const length = rest.findIndex((line) => !isRow(line));
    const rows = length === -1 ? rest : rest.slice(0, length);
    out.push(...(rows.length > 0 ? aligned(rows) : [lines[index] ?? '']));
    index += Math.max(1, rows.length);
  }
  return out.join('\n');
};
