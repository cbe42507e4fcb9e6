// npm run demo [FOLDER]: a call is recorded, transcribed and reported on, with everything that it takes on this machine.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { explainNodeError } from '../src/cli/node-error.ts';
import { KvsrecError } from '../src/errors.ts';
import { PROGRAM } from './call.ts';
import { cleanEnvironment } from './clean-environment.ts';
import { Screen, shownPath } from './screen.ts';

const screen = await Screen.on(process.stdout);
const scratch = mkdtempSync(path.join(tmpdir(), 'kvsrec-demo-'));
const out = path.resolve(process.argv[2] ?? 'demo-out');
const stop = new AbortController();
// The exit status of a shell's child that a signal has ended.
for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  // More than once: a terminal's Ctrl-C comes from the terminal and from npm.
  process.on(signal, () => {
    process.exitCode = status;
    stop.abort(new KvsrecError('interrupted', `Interrupted by ${signal}; everything was stopped.`));
  });
}

try {
  if (!existsSync(PROGRAM)) {
    throw new KvsrecError('not-built', 'kvsrec is not built', { hint: 'Run npm ci, or npm run build.' });
  }
  cleanEnvironment(scratch);
  screen.line(
    screen.paint.bold('kvsrec: a call recorded, transcribed and reported on, without an AWS account'),
  );
  const { demonstrate } = await import('./demonstration.ts');
  await demonstrate({ out, scratch, screen, signal: stop.signal });
} catch (error) {
  process.exitCode ??= 1;
  // The functions get the terminal's signal, too, and what they fail with is no news.
  tell(stop.signal.aborted ? stop.signal.reason : error);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function tell(error: unknown): void {
  // What is neither is a bug, and its place is worth knowing.
  const known = error instanceof KvsrecError ? error : explainNodeError(error);
  const text = known?.message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
  if (known?.code === 'interrupted') return void process.stderr.write(`\n${known.message}\n`);
  const log = path.join(out, 'functions.log');
  process.stderr.write(`\nThe demonstration failed: ${text}\n`);
  if (known?.hint !== undefined) process.stderr.write(`${known.hint}\n`);
  else if (existsSync(log)) process.stderr.write(`${shownPath(log)} has what the functions logged.\n`);
}
