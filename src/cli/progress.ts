// Progress on a terminal: percent, speed and time left, once the work takes long enough to wonder.

import type { Ora } from 'ora';
import { clock } from './duration-text.ts';
import { wantsColor } from './paint.ts';
import { sizeText } from './size-text.ts';
import type { Terminal } from './terminal.ts';

/** Milliseconds of work before anything is shown. */
const PATIENCE_MS = 300;
/** Milliseconds over which the speed is measured. */
const WINDOW_MS = 3000;

export interface Progress {
  /** `bytes` of the input with this index have been read so far. */
  update(index: number, bytes: number): void;
  /** The input with this index turned out to have that many bytes. */
  resize(index: number, bytes: number): void;
  /** The input with this index is done with. */
  finish(index: number): void;
  /** Takes the progress line away. */
  stop(): void;
}

/**
 * Starts showing progress on standard error, if that is a terminal and `--quiet` was not given.
 * @param sizes Bytes of each input, undefined where unknown.
 */
export function startProgress(terminal: Terminal, sizes: readonly (number | undefined)[]): Progress {
  // A terminal that does not know its width (0 columns) makes the spinner count endless lines.
  const visible = process.stderr.isTTY === true && process.stderr.columns > 0;
  if (!visible || terminal.modes.quiet) return SILENT;
  const tally = new Tally(sizes, Date.now());
  let spinner: Ora | undefined;
  let stopped = false;
  const show = async () => {
    const { default: ora } = await import('ora');
    if (stopped) return;
    // Standard input may be the dump; a spinner has no business there.
    spinner = ora({
      text: tally.text(Date.now()),
      stream: process.stderr,
      discardStdin: false,
      color: wantsColor(process.stderr, terminal.modes.color, process.env) ? 'cyan' : false,
    }).start();
    terminal.clearProgress = () => spinner?.clear();
  };
  const timer = setTimeout(() => void show(), PATIENCE_MS);
  const refresh = setInterval(() => {
    if (spinner) spinner.text = tally.text(Date.now());
  }, 200);
  return {
    update: (index, bytes) => tally.update(index, bytes),
    resize: (index, bytes) => tally.resize(index, bytes),
    finish: (index) => tally.finish(index),
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      clearInterval(refresh);
      terminal.clearProgress = undefined;
      spinner?.stop();
    },
  };
}

const SILENT: Progress = { update: () => {}, resize: () => {}, finish: () => {}, stop: () => {} };

/** Sums up the inputs and puts the sum into words. */
export class Tally {
  readonly #sizes: (number | undefined)[];
  readonly #read: number[];
  readonly #finished = new Set<number>();
  /** Readings of the last few seconds, oldest first. */
  #readings: { time: number; bytes: number }[];

  /** @param now Milliseconds of any clock, as with `text`. */
  constructor(sizes: readonly (number | undefined)[], now: number) {
    this.#sizes = [...sizes];
    this.#read = sizes.map(() => 0);
    this.#readings = [{ time: now, bytes: 0 }];
  }

  update(index: number, bytes: number): void {
    this.#read[index] = bytes;
  }

  resize(index: number, bytes: number): void {
    this.#sizes[index] = bytes;
  }

  finish(index: number): void {
    this.#finished.add(index);
  }

  /** For example `42%  310 MB/s  0:03 left  (2 of 5 inputs)`. */
  text(now: number): string {
    const read = this.#read.reduce((sum, bytes) => sum + bytes, 0);
    const total = this.#total();
    this.#readings.push({ time: now, bytes: read });
    this.#readings = this.#readings.filter(
      ({ time }, index, all) => time >= now - WINDOW_MS || index === all.length - 2,
    );
    const oldest = this.#readings[0]!;
    const speed = now > oldest.time ? ((read - oldest.bytes) / (now - oldest.time)) * 1000 : 0;
    const parts = [
      total === undefined ? sizeText(read) : `${Math.floor(total > 0 ? (read / total) * 100 : 100)}%`,
    ];
    if (speed > 0) parts.push(`${sizeText(Math.round(speed))}/s`);
    if (speed > 0 && total !== undefined) parts.push(`${clock((total - read) / speed)} left`);
    if (this.#sizes.length > 1) parts.push(`(${this.#finished.size} of ${this.#sizes.length} inputs)`);
    return parts.join('  ');
  }

  /** Bytes of all inputs; what an input was read to counts as its size once it is done with. */
  #total(): number | undefined {
    let total = 0;
    for (const [index, size] of this.#sizes.entries()) {
      const known = this.#finished.has(index) ? this.#read[index] : size;
      if (known === undefined) return undefined;
      total += Math.max(known, this.#read[index] ?? 0);
    }
    return total;
  }
}
