// Rows of text in aligned columns.

/**
 * Lays out rows; every cell but a row's last is padded to its column's width. Cells must be printable and uncoloured.
 * @param decorate Colours a laid-out cell.
 */
export function columns(
  rows: readonly (readonly string[])[],
  decorate: (cell: string, row: number, column: number) => string = (cell) => cell,
): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows
    .map((row, rowIndex) =>
      row
        .map((cell, column) =>
          decorate(column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0), rowIndex, column),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
