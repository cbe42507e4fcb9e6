// How loud each direction is just now, for people who watch a recording.
import type { AudioTap } from '../../recording/audio-tap.ts';
import type { TrackDirection } from '../../recording/types.ts';

const BARS = '▁▂▃▄▅▆▇█';
/** Peaks below this many dB of full scale show as the lowest bar. */
const FLOOR_DB = -48;

/** Remembers the last peak of every direction. */
export class LevelMeter implements AudioTap {
  readonly #peaks = new Map<TrackDirection, number>();

  audio({ direction, format }: Parameters<AudioTap['audio']>[0], _position: number, bytes: Uint8Array): void {
    if (format.kind !== 'pcm') return;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    let peak = 0;
    // Every eighth sample tells how loud speech is.
    for (let at = 0; at + 1 < bytes.length; at += 16)
      peak = Math.max(peak, Math.abs(view.getInt16(at, true)));
    this.#peaks.set(direction, Math.max(peak, (this.#peaks.get(direction) ?? 0) * 0.8));
  }

  silence({ direction }: Parameters<AudioTap['silence']>[0]): void {
    this.#peaks.set(direction, 0);
  }

  /** For example `from ▅ to ▁`. */
  text(): string {
    return [...this.#peaks].map(([direction, peak]) => `${direction} ${bar(peak)}`).join(' ');
  }
}

function bar(peak: number): string {
  const db = peak === 0 ? Number.NEGATIVE_INFINITY : 20 * Math.log10(peak / 32_768);
  const height = Math.round(((Math.max(db, FLOOR_DB) - FLOOR_DB) / -FLOOR_DB) * (BARS.length - 1));
  return BARS[height]!;
}
