// The examples in every command's help work as printed.

import { execFile } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/index.ts';
import { type S3Server, startS3Server } from '../../aws/s3/s3-server.ts';
import { startDemo } from '../../simulator/transcribe/demo.ts';
import { buildOnce, CLI, ROOT, scratchDirectory } from '../run-cli.ts';

let simulator: Simulator;
let s3: S3Server;
let demo: Awaited<ReturnType<typeof startDemo>>;

beforeAll(async () => {
  buildOnce();
  simulator = await startSimulator({
    streams: { 'demo-call': { dump: join(ROOT, 'fixtures/demo-call.mkv'), speed: 'max' } },
  });
  demo = await startDemo();
  s3 = await startS3Server(['recordings']);
});
afterAll(async () => {
  await simulator.close();
  await s3.close();
  await demo.close();
});

describe.each(COMMANDS)('$name', ({ load }) => {
  test('its examples work as printed', async () => {
    const { examples } = await load();
    expect(examples.length).toBeGreaterThan(0);
    for (const { line } of examples) {
      const cwd = scratchDirectory();
      for (const name of ['fixtures', '.kvsrecrc.example']) symlinkSync(join(ROOT, name), join(cwd, name));
      const script = `kvsrec() { "${process.execPath}" "${CLI}" "$@"; }\n${line}`;
      const { status, stderr, stdout } = await shell(script, cwd);
      expect({ line, status, stderr }).toEqual({ line, status: 0, stderr: '' });
      expect(stdout).not.toBe('');
      if (line.includes('--json')) expect(() => JSON.parse(stdout)).not.toThrow();
    }
  });
});

function shell(script: string, cwd: string): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    // The simulator takes any credentials, s3rver its own alone.
    const env = { ...process.env, ...demo.env, ...simulator.environment, ...s3.env };
    execFile('bash', ['-c', script], { cwd, env }, (error, stdout, stderr) =>
      resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}
