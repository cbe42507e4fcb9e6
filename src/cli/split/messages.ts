// What the main thread and a worker say to each other.

import type { SplitOutcome, SplitTask } from './task.ts';

export type ToWorker = { kind: 'split'; task: SplitTask } | { kind: 'abort' };

export type FromWorker =
  | { kind: 'progress'; bytes: number }
  | { kind: 'size'; bytes: number }
  | { kind: 'done'; outcome: SplitOutcome };
