// What the person who looks on sees: lines, and on a terminal a last one that still changes.

import path from 'node:path';
import { type Paint, PLAIN, paintFor } from '../src/cli/paint.ts';
import { printable } from '../src/cli/printable.ts';

/** A path as people would type it: from the current folder where it lies in it. */
export function shownPath(file: string): string {
  const relative = path.relative('', file);
  return relative.startsWith('..') ? file : relative || '.';
}

export class Screen {
  readonly paint: Paint;
  readonly #output: NodeJS.WriteStream;
  #changing = '';

  /** A screen on a stream, with colours where it wants them. */
  static async on(output: NodeJS.WriteStream): Promise<Screen> {
    return new Screen(output, await paintFor(output, 'auto'));
  }

  constructor(output: NodeJS.WriteStream, paint: Paint = PLAIN) {
    this.#output = output;
    this.paint = paint;
  }

  /** A line that stays. */
  line(text = ''): void {
    this.#wipe();
    this.#output.write(`${text}\n`);
    this.#draw();
  }

  heading(text: string): void {
    this.line();
    this.line(this.paint.bold(text));
  }

  /** The line at the end that the next one replaces; nothing of it reaches a file or a pipe. */
  changing(text: string): void {
    if (this.#output.isTTY !== true || text === this.#changing) return;
    this.#wipe();
    this.#changing = text;
    this.#draw();
  }

  /** Something that is said, or happens, at a moment of the call. */
  moment(startMs: number, who: string, text: string): string {
    const seconds = Math.floor(startMs / 1000);
    const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    return `  ${this.paint.dim(time)}  ${who.padEnd(9)} ${printable(text)}`;
  }

  #wipe(): void {
    if (this.#changing !== '') this.#output.write('\r\x1b[K');
  }

  #draw(): void {
    if (this.#changing === '') return;
    // A line that wraps could not be taken back.
    const width = Math.max(20, this.#output.columns ?? 80) - 1;
    this.#output.write(this.paint.dim(this.#changing.slice(0, width)));
  }
}
