// `split` of a named pipe: what comes through it, and what happens when nothing does.
import { execFileSync, spawn } from 'node:child_process';
import { createWriteStream, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildOnce, CLI, ROOT, scratchDirectory } from '../run-cli.ts';

const DUMP = readFileSync(join(ROOT, 'fixtures', 'plain-call.mkv'));

beforeAll(buildOnce);

function pipeIn(folder: string): string {
  const pipe = join(folder, 'call.mkv');
  execFileSync('mkfifo', [pipe]);
  return pipe;
}

interface Run {
  child: ReturnType<typeof spawn>;
  ended: Promise<{ status: number | null; stdout: string; stderr: string }>;
}

function split(pipe: string, ...args: string[]): Run {
  return start(['split', pipe, '-o', join(pipe, '..', 'out'), ...args]);
}

function start(args: readonly string[]): Run {
  const child = spawn(process.execPath, [CLI, ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve) => {
    child.once('close', (status) => resolve({ status, stdout, stderr }));
  });
  return { child, ended };
}

describe.skipIf(process.platform === 'win32')('a named pipe', () => {
  test('is read to its end', async () => {
    const pipe = pipeIn(scratchDirectory());
    const { ended } = split(pipe, '--json');
    createWriteStream(pipe).end(DUMP);
    const { status, stdout } = await ended;
    expect(status).toBe(0);
    const [input] = JSON.parse(stdout).inputs;
    expect(input.warnings).toEqual([]);
    expect(input.bytes).toBe(DUMP.length);
  });

  test('whose writer keeps silent is left at a signal, what came by then finished', async () => {
    const folder = scratchDirectory();
    const pipe = pipeIn(folder);
    const { child, ended } = split(pipe);
    const writer = createWriteStream(pipe);
    await new Promise((resolve) => writer.write(DUMP, resolve));
    // Audio stands in a file as soon as a fragment is known to be complete.
    await expect.poll(() => filesOf(folder), { timeout: 30_000 }).not.toEqual([]);
    child.kill('SIGINT');
    expect((await ended).status).toBe(130);
    expect(filesOf(folder).map((name) => name.replace(/^.*Z_/, ''))).toEqual([
      'AUDIO_FROM_CUSTOMER.wav',
      'AUDIO_TO_CUSTOMER.wav',
    ]);
    writer.destroy();
  });

  // Only Linux says which files another process has open.
  test.skipIf(process.platform !== 'linux').each<[string, (pipe: string, out: string) => string[]]>([
    ['split', (pipe, out) => ['split', pipe, '-o', out]],
    ['inspect', (pipe) => ['inspect', pipe]],
    ['report', (pipe, out) => ['report', pipe, '-o', out]],
    ['verify', (pipe) => ['verify', join(pipe, '..')]],
  ])('that nobody writes to is left at a signal, and not called empty: %s', async (_name, args) => {
    const folder = scratchDirectory();
    const pipe = pipeIn(folder);
    writeFileSync(join(folder, 'manifest.json'), '{"version":1,"dumps":[{"file":"call.mkv"}]}');
    const { child, ended } = start(args(pipe, join(folder, 'out')));
    await expect.poll(() => openFiles(child.pid!), { timeout: 30_000 }).toContain(pipe);
    child.kill('SIGINT');
    const { status, stderr } = await ended;
    expect(status).toBe(130);
    expect(stderr).toContain('interrupted');
    expect(stderr).not.toContain('is empty');
    expect(filesOf(folder)).toEqual([]);
  });
});

function filesOf(folder: string): string[] {
  try {
    return readdirSync(join(folder, 'out')).sort();
  } catch {
    return [];
  }
}

function openFiles(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((fd) => {
    try {
      return [readlinkSync(join(folder, fd))];
    } catch {
      return [];
    }
  });
}
