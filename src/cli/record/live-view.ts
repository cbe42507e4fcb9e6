// What people see of a recording while it is made: one line on standard error, if that is a terminal.

import type { Ora } from 'ora';
import type { CaptureEvent } from '../../recording/capture/request.ts';
import { clock } from '../duration-text.ts';
import { wantsColor } from '../paint.ts';
import { printable } from '../printable.ts';
import { sizeText } from '../size-text.ts';
import type { Terminal } from '../terminal.ts';
import { LevelMeter } from './level-meter.ts';

const REFRESH_MS = 200;

/** Sums up what happens and puts the sum into words. */
export class LiveTally {
  readonly meter = new LevelMeter();
  bytes = 0;
  #firstMs: number | undefined;
  #lastMs = 0;
  #behindMs: number | null = null;
  #reconnects = 0;
  #trouble = '';

  take(event: CaptureEvent): void {
    if (event.event === 'fragment') {
      this.#firstMs ??= event.startMs;
      this.#lastMs = event.startMs;
      this.#behindMs = event.behindMs;
      this.bytes = event.bytes;
      this.#trouble = '';
    } else if (event.event === 'reconnect') {
      this.#reconnects++;
      this.#trouble = event.reason;
    }
  }

  /** For example `0:42  from ▅ to ▁  0.3 s behind live  1 reconnect  1.3 MB`. */
  text(): string {
    if (this.#firstMs === undefined)
      return this.#trouble === '' ? 'waiting for audio' : printable(this.#trouble);
    const parts = [clock((this.#lastMs - this.#firstMs) / 1000), this.meter.text()];
    if (this.#behindMs !== null) parts.push(`${(this.#behindMs / 1000).toFixed(1)} s behind live`);
    if (this.#reconnects > 0) {
      parts.push(`${this.#reconnects} ${this.#reconnects === 1 ? 'reconnect' : 'reconnects'}`);
    }
    parts.push(sizeText(this.bytes));
    if (this.#trouble !== '') parts.push(printable(this.#trouble));
    return parts.join('  ');
  }
}

export interface LiveView {
  tally: LiveTally | undefined;
  stop(): void;
}

/** Shows `text` until it is stopped, where there is somebody to see it. */
export async function startLiveView(terminal: Terminal, tally: LiveTally): Promise<LiveView> {
  const visible = process.stderr.isTTY === true && process.stderr.columns > 0 && !terminal.modes.quiet;
  if (!visible) return { tally: undefined, stop: () => {} };
  const { default: ora } = await import('ora');
  const spinner: Ora = ora({
    text: tally.text(),
    stream: process.stderr,
    discardStdin: false,
    color: wantsColor(process.stderr, terminal.modes.color, process.env) ? 'red' : false,
  }).start();
  terminal.clearProgress = () => spinner.clear();
  const refresh = setInterval(() => {
    spinner.text = tally.text();
  }, REFRESH_MS);
  return {
    tally,
    stop: () => {
      clearInterval(refresh);
      terminal.clearProgress = undefined;
      spinner.stop();
    },
  };
}
