// Fragment numbers grow along a stream; they are decimals too long for a number.

/** Negative, 0 or positive as `a` comes before, is, or comes after `b`. */
export function compareNumbers(a: string, b: string): number {
  const [one, other] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
  if (one.length !== other.length) return one.length - other.length;
  return one < other ? -1 : one > other ? 1 : 0;
}
