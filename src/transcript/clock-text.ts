// Times as transcripts write them.

/** `01:02:03.004`; hours get as many digits as they need, and a negative time counts as zero. */
export function clockText(milliseconds: number, point: '.' | ',' = '.'): string {
  const total = Math.max(0, Math.round(milliseconds));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(total / 3_600_000);
  const minutes = Math.floor(total / 60_000) % 60;
  const seconds = Math.floor(total / 1000) % 60;
  return `${two(hours)}:${two(minutes)}:${two(seconds)}${point}${String(total % 1000).padStart(3, '0')}`;
}
