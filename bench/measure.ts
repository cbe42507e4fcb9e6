// Whole processes, measured from the outside: wall time and peak memory.
import { spawn } from 'node:child_process';
import fs from 'node:fs';

export interface Measured {
  /** Milliseconds from start to exit. */
  wallMs: number;
  /** Peak resident set, bytes; 0 where the system does not say. */
  peakBytes: number;
}

/** Milliseconds between two looks at a process' peak memory, which the system keeps until it ends. */
const LOOK_MS = 5;

/**
 * Runs commands one after the other, as one piece of work.
 * @throws Error where one of them fails.
 */
export async function measure(commands: readonly (readonly string[])[], memory: boolean): Promise<Measured> {
  let peakBytes = 0;
  const began = performance.now();
  for (const [command, ...args] of commands) {
    const child = spawn(command!, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    // Looking costs time, so memory is measured in runs of its own.
    const looking = memory
      ? setInterval(() => {
          peakBytes = Math.max(peakBytes, peakOf(child.pid!));
        }, LOOK_MS)
      : undefined;
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
    clearInterval(looking);
    if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`);
  }
  return { wallMs: performance.now() - began, peakBytes };
}

function peakOf(pid: number): number {
  try {
    const line = /^VmHWM:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
    return line === null ? 0 : Number(line[1]) * 1024;
  } catch {
    return 0;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
