// Whole processes, measured from the outside: wall time and peak memory.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A program and its arguments. */
export type Command = readonly string[];

/** GNU time; elsewhere a program of this name may know other options. */
const GNU_TIME = '/usr/bin/time';
/** Milliseconds between two looks at a process' peak memory, where there is no GNU time. */
const LOOK_MS = 2;

/**
 * Milliseconds from start to exit of commands that run one after the other, as one piece of work.
 * @throws Error where one of them fails.
 */
export async function wallTime(commands: readonly Command[]): Promise<number> {
  const began = performance.now();
  for (const command of commands) await run(command);
  return performance.now() - began;
}

/** Bytes of the largest resident set that one of the commands had; 0 where the system does not say. */
export async function peakMemory(commands: readonly Command[]): Promise<number> {
  const timed = process.platform === 'linux' && fs.existsSync(GNU_TIME);
  let peak = 0;
  for (const command of commands) peak = Math.max(peak, await (timed ? peakByTime : peakByLooking)(command));
  return peak;
}

async function peakByTime(command: Command): Promise<number> {
  const report = path.join(os.tmpdir(), `kvsrec-bench-${process.pid}`);
  try {
    await run([GNU_TIME, '-f', '%M', '-o', report, ...command]);
    return Number(fs.readFileSync(report, 'utf8')) * 1024;
  } finally {
    fs.rmSync(report, { force: true });
  }
}

async function peakByLooking(command: Command): Promise<number> {
  let peak = 0;
  let looking: NodeJS.Timeout | undefined;
  await run(command, (pid) => {
    looking = setInterval(() => {
      peak = Math.max(peak, highWaterMark(pid));
    }, LOOK_MS);
  }).finally(() => clearInterval(looking));
  return peak;
}

function highWaterMark(pid: number): number {
  try {
    const line = /^VmHWM:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
    return line === null ? 0 : Number(line[1]) * 1024;
  } catch {
    return 0;
  }
}

function run(command: Command, started: (pid: number) => void = () => {}): Promise<void> {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program!, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`${command.join(' ')} ended with ${status}: ${stderr}`));
    });
    if (child.pid !== undefined) started(child.pid);
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
