// Runs a document's blocks as its reader would: one after the other, in one folder, with the fixtures at hand.

import { spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
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

/** No block may take longer. */
const LIMIT_MS = 30_000;

/** @param services The environment of blocks that ask for services. */
export function openDocumentShell(services: NodeJS.ProcessEnv): DocumentShell {
  const folder = mkdtempSync(join(tmpdir(), 'kvsrec-docs-'));
  const cwd = join(folder, 'package');
  const bin = join(folder, 'bin');
  mkdirSync(cwd);
  mkdirSync(bin);
  cpSync(join(ROOT, 'fixtures'), join(cwd, 'fixtures'), { recursive: true });
  for (const name of ['.kvsrecrc.example', 'package.json']) symlinkSync(join(ROOT, name), join(cwd, name));
  program(bin, 'kvsrec', `exec "${process.execPath}" "${CLI}" "$@"`);
  program(
    bin,
    'npx',
    '[ "$1" = kvsrec ] || { echo "npx $1 is not run here" >&2; exit 9; }\nshift\nexec kvsrec "$@"',
  );
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
    run: (block) => runBlock(block, cwd, block.services ? { ...offline, ...services } : offline),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function program(bin: string, name: string, text: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bin, name), 0o755);
}

/** What npm would do is done by other tests; here its scripts must be there. */
const NPM = `
import { readFileSync } from 'node:fs';
const [verb, name] = process.argv.slice(2);
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
const known = ['ci', 'install', 'pack'].includes(verb) || (verb === 'run' ? name : verb) in scripts;
if (!known) console.error('npm knows no ' + process.argv.slice(2).join(' '));
process.exit(known ? 0 : 9);
`;

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
