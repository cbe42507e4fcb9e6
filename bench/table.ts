// Figures beside what is wanted of them, as tables in Markdown.

export interface Figure {
  what: string;
  value: number;
  /** The bounds that are wanted; a figure without one only informs. */
  most?: number;
  least?: number;
  digits?: number;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function figureTable(figures: readonly Figure[]): string {
  return table(
    ['figure', 'measured', 'target', ''],
    figures.map((figure) => [
      figure.what,
      figure.value.toFixed(figure.digits ?? 2),
      target(figure),
      verdict(figure),
    ]),
  );
}

function target({ most, least }: Figure): string {
  if (most !== undefined) return `≤ ${most}`;
  return least !== undefined ? `≥ ${least}` : '';
}

function verdict({ value, most, least }: Figure): string {
  if (most === undefined && least === undefined) return '';
  return value <= (most ?? Number.POSITIVE_INFINITY) && value >= (least ?? Number.NEGATIVE_INFINITY)
    ? 'ok'
    : 'MISSED';
}
