// Runs the built command line as a child process, and builds it first where it is missing or older than its sources.

import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const CLI = join(ROOT, 'dist', 'bin', 'kvsrec.js');

export interface RunOptions {
  /** Working directory; the package's root if not given. */
  cwd?: string;
  /** Added to an environment without settings. */
  env?: NodeJS.ProcessEnv;
  stdin?: Uint8Array | string;
  /** Sent as soon as something is so; standard input is left open for it. */
  signal?: { name: NodeJS.Signals; when: () => boolean };
}

export interface Run {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `kvsrec` with arguments to its end. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  buildOnce();
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(KVSREC_|NO_COLOR$|FORCE_COLOR$|NODE_OPTIONS$)/.test(name),
  );
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: options.cwd ?? ROOT,
    env: { ...Object.fromEntries(clean), ...options.env },
    stdio: 'pipe',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // The program may have ended before it has read everything.
  child.stdin.on('error', () => {});
  const { signal, stdin = '' } = options;
  if (signal === undefined) child.stdin.end(stdin);
  else child.stdin.write(stdin);
  const watch = setInterval(() => {
    if (!signal?.when()) return;
    child.kill(signal.name);
    clearInterval(watch);
  }, 20);
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(watch);
  return { status, stdout, stderr };
}

/** An empty directory that goes away with the test. */
export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'kvsrec-cli-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

/** How long another process may take to build, on a machine that does much else: less than a hook may take. */
const BUILD_MS = 250_000;

let built = false;

/** Builds unless that was done; test files run in several processes, of which one builds and the others wait. */
export function buildOnce(): void {
  if (built) return;
  const lock = join(ROOT, 'node_modules', '.kvsrec-build-lock');
  for (const start = Date.now(); !fresh(); sleep(100)) {
    if (!take(lock)) {
      if (Date.now() - start > BUILD_MS)
        throw new Error(`no build within ${BUILD_MS / 1000} s; remove ${lock} if nobody is building`);
      continue;
    }
    try {
      const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/build.mjs'], {
        cwd: ROOT,
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`the build failed\n${stdout}${stderr}`);
    } finally {
      rmdirSync(lock);
    }
  }
  built = true;
}

function take(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

function fresh(): boolean {
  const time = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = ['src', 'bin', 'scripts'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(ts|mjs|js|css)$/.test(path))
      .map((path) => join(ROOT, folder, path)),
  );
  return time(CLI) > Math.max(...sources.map(time));
}

function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
