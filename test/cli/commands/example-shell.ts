// A command's examples as a shell runs them: with the services that they name, in an empty folder with the fixtures.

import { execFile } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { CommandRow } from '../../../src/cli/command.ts';
import { startLoopbackServices } from '../loopback-services.ts';
import { ROOT, scratchDirectory } from '../run-cli.ts';

export interface ExampleShell {
  /** Runs the examples of a command and expects them to work as printed. */
  expectToWork(row: CommandRow): Promise<void>;
  close(): Promise<void>;
}

/** @param kvsrec What the shell shall do for `kvsrec`, its arguments being `"$@"`. */
export async function openExampleShell(kvsrec: string): Promise<ExampleShell> {
  const services = await startLoopbackServices();
  const env = { ...process.env, ...services.env };

  return {
    async expectToWork({ load }) {
      const { examples } = await load();
      expect(examples.length).toBeGreaterThan(0);
      for (const { line } of examples) {
        const cwd = scratchDirectory();
        for (const name of ['fixtures', '.kvsrecrc.example']) symlinkSync(join(ROOT, name), join(cwd, name));
        const { status, stderr, stdout } = await shell(`kvsrec() { ${kvsrec}; }\n${line}`, cwd, env);
        expect({ line, status, stderr }).toEqual({ line, status: 0, stderr: '' });
        expect(stdout).not.toBe('');
        if (line.includes('--json')) expect(() => JSON.parse(stdout)).not.toThrow();
      }
    },
    close: services.close,
  };
}

function shell(
  script: string,
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile('bash', ['-c', script], { cwd, env }, (error, stdout, stderr) =>
      resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}
