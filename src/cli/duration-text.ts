// Lengths of time for people.

/** Milliseconds as `1:02:03.456` or `2:03.456`. */
export function durationText(milliseconds: number): string {
  const whole = Math.round(milliseconds);
  return `${clock(Math.floor(whole / 1000))}.${String(whole % 1000).padStart(3, '0')}`;
}

/** Seconds as `1:02:03` or `2:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const pad = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}
