// Runs a document's blocks as its reader would: one after the other, in one folder, with the fixtures at hand.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CLI, ROOT } from '../cli/run-cli.ts';
import type { CommandBlock } from './markdown.ts';

export interface BlockRun {
  status: number | null;
  output: string;
}

export interface DocumentShell {
  run(block: CommandBlock): Promise<BlockRun>;
  close(): void;
}

/** Milliseconds after the first output at which a block that serves is interrupted. */
const SERVED_MS = 300;

/** No block may take longer, on a machine that does much else. */
const LIMIT_MS = 100_000;

/** @param services The environment of blocks that ask for services. */
export function openDocumentShell(services: NodeJS.ProcessEnv): DocumentShell {
  const folder = mkdtempSync(join(tmpdir(), 'kvsrec-docs-'));
  const cwd = join(folder, 'package');
  const bin = join(folder, 'bin');
  mkdirSync(cwd);
  mkdirSync(bin);
  cpSync(join(ROOT, 'fixtures'), join(cwd, 'fixtures'), { recursive: true });
  for (const name of ['.kvsrecrc.example', 'package.json']) symlinkSync(join(ROOT, name), join(cwd, name));
  // In a block that needs an account only the calls are checked.
  program(bin, 'kvsrec', `[ -z "$KVSREC_DOCS_CHECK" ] || exit 0\nexec "${process.execPath}" "${CLI}" "$@"`);
  program(
    bin,
    'npx',
    '[ "$1" = kvsrec ] || { echo "npx $1 is not run here" >&2; exit 9; }\nshift\nexec kvsrec "$@"',
  );
  program(bin, 'aws', `exec "${process.execPath}" "${AWS}" "$@"`);
  program(bin, 'npm', `exec "${process.execPath}" "${join(bin, 'npm.mjs')}" "$@"`);
  writeFileSync(join(bin, 'npm.mjs'), NPM);

  const offline = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(AWS_|KVSREC_)/.test(name))),
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    // Neither a developer's own files nor a machine's role.
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
    AWS_EC2_METADATA_DISABLED: 'true',
    // Calls of the past, which are over when they are read.
    KVSREC_IDLE_TIMEOUT: '1s',
    KVSREC_PACE: '50',
  };
  return {
    async run(block) {
      const env = {
        ...offline,
        ...(block.services && services),
        ...(block.needs === 'aws' && { KVSREC_DOCS_CHECK: '1' }),
      };
      if (block.afterKill) await killRecording(cwd, env);
      return await runBlock(block, cwd, env);
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function program(bin: string, name: string, text: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bin, name), 0o755);
}

/** The program that stands for the AWS CLI. */
export const AWS = fileURLToPath(new URL('aws-stand-in.mjs', import.meta.url));

/** What npm would do is done by other tests; here its scripts must be there. That of the stack is run. */
const NPM = `
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
const [verb, name, ...args] = process.argv.slice(2);
if (verb === 'run' && name === 'deploy') {
  const rest = args[0] === '--' ? args.slice(1) : args;
  process.exit(spawnSync(process.execPath, [${JSON.stringify(join(ROOT, 'scripts', 'deploy.mjs'))}, ...rest], { stdio: 'inherit' }).status);
}
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
const known = ['ci', 'install', 'pack'].includes(verb) || (verb === 'run' ? name : verb) in scripts;
if (!known) console.error('npm knows no ' + process.argv.slice(2).join(' '));
process.exit(known ? 0 : 9);
`;

/** Leaves in `calls` what a recording leaves that was killed on its way. */
async function killRecording(cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const calls = join(cwd, 'calls');
  const isUnderWay = () =>
    existsSync(calls) && readdirSync(calls).some((name) => name.endsWith('.checkpoint'));
  // It would end by itself, which may come before it is noticed.
  for (let wasKilled = false; !wasKilled; ) {
    rmSync(calls, { recursive: true, force: true });
    const args = [
      CLI,
      'record',
      '--event',
      'fixtures/events/flow.json',
      '-o',
      'calls',
      '--idle-timeout',
      '3s',
    ];
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    while (child.exitCode === null && !isUnderWay()) await wait(10);
    child.kill('SIGKILL');
    const [status, signal] = await ended;
    if (status !== null && status !== 0) throw new Error(`the recording to be killed failed: ${said}`);
    wasKilled = signal === 'SIGKILL' && isUnderWay();
  }
}

function runBlock(
  { text, interrupted }: CommandBlock,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<BlockRun> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-e', '-o', 'pipefail', '-c', text], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let output = '';
    // To all of its processes, as a terminal does it.
    const signal = (name: NodeJS.Signals) => process.kill(-child.pid!, name);
    const limit = setTimeout(() => {
      output += `\nstill running after ${LIMIT_MS} ms; is it to be marked "run: interrupted"?`;
      signal('SIGKILL');
    }, LIMIT_MS);
    const take = (chunk: Buffer) => {
      if (interrupted && output === '') setTimeout(signal, SERVED_MS, 'SIGINT');
      output += chunk.toString();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', reject);
    child.once('close', (status, by) => {
      clearTimeout(limit);
      resolve({ status: by === 'SIGINT' ? 130 : status, output });
    });
  });
}
