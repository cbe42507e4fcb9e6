// What the functions log: lines of JSON, kept in a file and handed on one by one.

import { appendFileSync, writeFileSync } from 'node:fs';
import { Writable } from 'node:stream';

export type LogLine = Readonly<Record<string, unknown>>;

export class FunctionLog extends Writable {
  readonly file: string;
  readonly #hears: (line: LogLine) => void;
  #rest = '';

  constructor(file: string, hears: (line: LogLine) => void) {
    super();
    this.file = file;
    this.#hears = hears;
    writeFileSync(file, '');
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    appendFileSync(this.file, chunk);
    const lines = (this.#rest + chunk.toString()).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const parsed = jsonLine(line);
      if (parsed !== null) this.#hears(parsed);
    }
    done();
  }
}

/** Null for what is no line of the log: Node's own warnings, say. */
function jsonLine(text: string): LogLine | null {
  try {
    return JSON.parse(text) as LogLine;
  } catch {
    return null;
  }
}
