// What is being said, on the terminal: a line per segment, and below them, rewritten in place, what may still change.

import type { TranscriptSegment } from '../../transcript/segment.ts';
import { speakerName } from '../../transcript/segment.ts';
import { segmentLine } from '../../transcript/text.ts';
import { wantsColor } from '../paint.ts';
import { printable } from '../printable.ts';

export interface LiveStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

type Tint = (text: string, direction: TranscriptSegment['direction']) => string;

/** A colour for each direction; loads chalk only where there is something to colour. */
export async function tintFor(stream: LiveStream, color: boolean | 'auto'): Promise<Tint> {
  if (!wantsColor(stream, color, process.env)) return (text) => text;
  const { Chalk } = await import('chalk');
  const { cyan, green, yellow } = new Chalk({ level: 1 });
  const tints = { from: cyan, to: green, unknown: yellow };
  return (text, direction) => tints[direction](text);
}

export class LiveView {
  readonly #stream: LiveStream;
  readonly #tint: Tint;
  /** Text that may still change, by segment. */
  readonly #open = new Map<string, TranscriptSegment>();
  #shown = 0;
  #stopped = false;

  constructor(stream: LiveStream, tint: Tint) {
    this.#stream = stream;
    this.#tint = tint;
  }

  /** Whether text that still changes can be shown. */
  get #rewrites(): boolean {
    return this.#stream.isTTY === true && (this.#stream.columns ?? 0) > 20;
  }

  partial(segment: TranscriptSegment): void {
    this.#open.set(segment.id, segment);
    if (this.#rewrites) this.#draw('');
  }

  final(segment: TranscriptSegment): void {
    this.#open.delete(segment.id);
    this.#draw(`${this.#tint(printable(segmentLine(segment)), segment.direction)}\n`);
  }

  retract({ id }: TranscriptSegment): void {
    if (this.#open.delete(id) && this.#rewrites) this.#draw('');
  }

  /** Takes away what may still change, so that something else can be printed. */
  clear(): void {
    if (this.#shown === 0) return;
    this.#stream.write(erase(this.#shown));
    this.#shown = 0;
  }

  stop(): void {
    this.clear();
    this.#stopped = true;
  }

  /** Prints lines that stay, and draws again what stands below them. */
  #draw(lines: string): void {
    if (this.#stopped) return;
    let text = erase(this.#shown) + lines;
    this.#shown = 0;
    if (this.#rewrites) {
      for (const segment of this.#open.values()) {
        text += `${this.#tint(this.#tail(segment), segment.direction)}\n`;
        this.#shown++;
      }
    }
    this.#stream.write(text);
  }

  /** A segment on one line: where it is too long, its end, which is what is being said. */
  #tail(segment: TranscriptSegment): string {
    const name = `… ${speakerName(segment)}: `;
    const room = this.#stream.columns! - 1 - name.length;
    const text = printable(segmentLine(segment)).replace(/^\[[^\]]*\] [^:]*: /, '');
    let width = 0;
    const kept: string[] = [];
    for (const character of [...text].reverse()) {
      width += character.codePointAt(0)! >= 0x1100 ? 2 : 1;
      if (width > room - 1) {
        kept.push('…');
        break;
      }
      kept.push(character);
    }
    return name + kept.reverse().join('');
  }
}

/** Goes up so many lines and takes away everything from there on. */
const erase = (lines: number) => (lines === 0 ? '' : `\u001b[${lines}A\u001b[J`);
