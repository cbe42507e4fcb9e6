// The examples in every command's help work as printed.

import { afterAll, beforeAll, describe, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.ts';
<<<<<<< HEAD
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
=======
import { buildOnce, CLI } from '../run-cli.ts';
import { type ExampleShell, openExampleShell } from './example-shell.ts';

let shell: ExampleShell;

beforeAll(async () => {
  buildOnce();
  shell = await openExampleShell(`"${process.execPath}" "${CLI}" "$@"`);
>>>>>>> 828aaf9 (Single binary: npm run package puts the command line into this machine's Node; tested without Node, help and start-up measured)
});
afterAll(() => shell.close());

describe.each(COMMANDS)('$name', (row) => {
  test('its examples work as printed', () => shell.expectToWork(row));
});
<<<<<<< HEAD

function shell(script: string, cwd: string): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    // The simulator takes any credentials, s3rver its own alone.
    const env = { ...process.env, ...demo.env, ...simulator.environment, ...s3.env };
    execFile('bash', ['-c', script], { cwd, env }, (error, stdout, stderr) =>
      resolve({ status: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}
=======
>>>>>>> 828aaf9 (Single binary: npm run package puts the command line into this machine's Node; tested without Node, help and start-up measured)
