// What the main thread and a worker say to each other.

import type { SharedText } from './shared-text.ts';
import type { SplitOutcome, SplitTask } from './task.ts';

export type ToWorker = { kind: 'split'; task: SplitTask } | { kind: 'abort' };

export type FromWorker =
  | { kind: 'progress'; bytes: number }
  | { kind: 'size'; bytes: number }
  /** The worker stands still until there is an answer: the input that has the file already, or an empty text. */
  | { kind: 'owner'; path: string; answer: SharedText }
  | { kind: 'done'; outcome: SplitOutcome };
