// The demonstration as a process, in an environment of its own, and what can be seen of it from outside.

import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { ROOT } from '../cli/run-cli.ts';

export interface DemoProcess {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Milliseconds from the start to when a text was printed; undefined where it was not. */
  saidAfter(text: string): number | undefined;
  ended: Promise<{ status: number | null; ms: number }>;
}

/** @param temporary Its folder for temporary files, by which its processes are known. */
export function startDemo(out: string, temporary: string): DemoProcess {
  const begun = performance.now();
  const pieces: { text: string; ms: number }[] = [];
  let stderr = '';
  const child = spawn(process.execPath, ['--import', 'tsx', 'demo/run.ts', out], {
    cwd: ROOT,
    env: {
      ...process.env,
      TMPDIR: temporary,
      // What somebody who uses AWS has set: none of it may matter.
      AWS_PROFILE: 'not-a-profile',
      AWS_REGION: 'eu-north-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      KVSREC_LAYOUT: 'stereo',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    pieces.push({ text, ms: performance.now() - begun });
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<{ status: number | null; ms: number }>((resolve) => {
    child.once('close', (status) => resolve({ status, ms: performance.now() - begun }));
  });
  return {
    child,
    stdout: () => pieces.map(({ text }) => text).join(''),
    stderr: () => stderr,
    saidAfter: (text) => pieces.find((piece) => piece.text.includes(text))?.ms,
    ended,
  };
}

/** Ports that its output names. */
export function portsIn(stdout: string): number[] {
  return [...stdout.matchAll(/http:\/\/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
}

export async function listens(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Of those ids, the processes that run a function. */
export function functionProcesses(ids: readonly string[], name: string): number[] {
  return ids
    .filter((id) => readFileSync(`/proc/${id}/cmdline`, 'utf8').endsWith(`--handler\0${name}\0`))
    .map(Number);
}

/** Processes with this folder for temporary files, by their ids; on Linux, elsewhere undefined. */
export function processesOf(temporary: string): string[] | undefined {
  if (process.platform !== 'linux') return undefined;
  return readdirSync('/proc').filter((id) => {
    if (!/^\d+$/.test(id)) return false;
    try {
      return readFileSync(`/proc/${id}/environ`, 'utf8').split('\0').includes(`TMPDIR=${temporary}`);
    } catch {
      // It has ended meanwhile, or is somebody else's.
      return false;
    }
  });
}
