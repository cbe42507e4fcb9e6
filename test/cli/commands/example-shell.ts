// Commands' examples as a shell runs them: with the services that they name, in an empty folder with the fixtures.

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { CommandRow } from '../../../src/cli/command.ts';
import { startLoopbackServices } from '../loopback-services.ts';
import { ROOT } from '../run-cli.ts';

export interface ExampleShell {
  /** Expects the examples of a command to work as printed. */
  expectToWork(row: CommandRow): Promise<void>;
  close(): Promise<void>;
}

interface ExampleRun {
  line: string;
  status: number;
  stdout: string;
  stderr: string;
}

/** How many run at once: most of them wait most of the time. */
const AT_ONCE = availableParallelism() + 2;

/**
 * Starts to run the examples, several at once.
 * @param kvsrec What the shell shall do for `kvsrec`, its arguments being `"$@"`.
 */
export async function openExampleShell(kvsrec: string, rows: readonly CommandRow[]): Promise<ExampleShell> {
  const services = await startLoopbackServices();
  const folder = mkdtempSync(join(tmpdir(), 'kvsrec-examples-'));
  // A call is not waited for as long as it lasts.
  const env = { ...process.env, ...services.env, KVSREC_PACE: '50' };
  const lanes = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  const runs = new Map<string, Promise<ExampleRun[]>>();
  let count = 0;
  const inNextLane = (line: string): Promise<ExampleRun> => {
    const cwd = join(folder, String(count));
    const lane = count++ % AT_ONCE;
    const run = lanes[lane]!.then(() => shell(kvsrec, line, cwd, env));
    lanes[lane] = run.then(() => {});
    return run;
  };
  for (const { name, load } of rows) {
    const { examples } = await load();
    runs.set(name, Promise.all(examples.map(({ line }) => inNextLane(line))));
  }

  return {
    async expectToWork({ name }) {
      const ended = await runs.get(name)!;
      expect(ended.length).toBeGreaterThan(0);
      for (const { stdout, ...run } of ended) {
        expect(run).toEqual({ line: run.line, status: 0, stderr: '' });
        expect(stdout).not.toBe('');
        if (run.line.includes('--json')) expect(() => JSON.parse(stdout)).not.toThrow();
      }
    },
    async close() {
      await Promise.all(lanes);
      await services.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function shell(kvsrec: string, line: string, cwd: string, env: NodeJS.ProcessEnv): Promise<ExampleRun> {
  mkdirSync(cwd);
  for (const name of ['fixtures', '.kvsrecrc.example']) symlinkSync(join(ROOT, name), join(cwd, name));
  return new Promise((resolve) => {
    execFile('bash', ['-c', `kvsrec() { ${kvsrec}; }\n${line}`], { cwd, env }, (error, stdout, stderr) =>
      resolve({ line, status: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}
