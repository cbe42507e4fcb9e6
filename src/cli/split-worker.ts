// The worker thread of `split --jobs`: does one task after another as it is told.

import worker from 'node:worker_threads';
import type { FromWorker, ToWorker } from './split/messages.ts';
import { awaitText, newSharedText } from './split/shared-text.ts';
import { splitInput } from './split/split-input.ts';

const port = worker.parentPort;
if (!port) throw new Error('this file is a worker thread');

const abort = new AbortController();
const say = (message: FromWorker) => port.postMessage(message);

port.on('message', async (message: ToWorker) => {
  if (message.kind === 'abort') {
    abort.abort();
    return;
  }
  const onProgress = (bytes: number) => say({ kind: 'progress', bytes });
  const onSize = (bytes: number) => say({ kind: 'size', bytes });
  const ownerOf = (path: string) => {
    const answer = newSharedText();
    say({ kind: 'owner', path, answer });
    return awaitText(answer) || undefined;
  };
  const run = { signal: abort.signal, onProgress, onSize, ownerOf };
  say({ kind: 'done', outcome: await splitInput(message.task, run) });
});
