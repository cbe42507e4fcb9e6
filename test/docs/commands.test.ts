// Every command block of README and docs is run; what needs an AWS account with calls that are checked, not carried out.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LoopbackServices, startLoopbackServices } from '../cli/loopback-services.ts';
import { buildOnce, ROOT } from '../cli/run-cli.ts';
import { checkArguments, commands, knownFlags, kvsrecCalls } from './command-lines.ts';
import { AWS, type BlockRun, type DocumentShell, openDocumentShell } from './document-shell.ts';
import { type CommandBlock, commandBlocks, DOCUMENT_FILES, prose, readDocument } from './markdown.ts';

const DOCUMENTS = DOCUMENT_FILES.map((file) => ({ file, text: readDocument(file) }));
const WITH_BLOCKS = DOCUMENTS.map(({ file, text }) => ({ file, blocks: commandBlocks(text) })).filter(
  ({ blocks }) => blocks.length > 0,
);

let services: LoopbackServices;
const shells: DocumentShell[] = [];

beforeAll(async () => {
  buildOnce();
  services = await startLoopbackServices();
  const { s3Client } = await import('../../src/aws/s3/client.ts');
  const { PutObjectCommand } = await import('@aws-sdk/client-s3');
  const client = await s3Client({ endpointUrl: services.s3.url, region: 'eu-central-1' });
  client.config.credentials = async () => ({ accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' });
  const Body = readFileSync(join(ROOT, 'fixtures/demo-call.mkv'));
  await client.send(new PutObjectCommand({ Bucket: 'recordings', Key: 'dumps/call.mkv', Body }));
  client.destroy();
  runDocuments();
});
afterAll(async () => {
  await Promise.allSettled(runs.values());
  for (const shell of shells) shell.close();
  await services?.close();
});

/** What became of each block: a document's one after the other, several documents at a time. */
const runs = new Map<CommandBlock, Promise<BlockRun>>();

/** Documents at a time: their commands wait for the services most of the time. */
const AT_ONCE = availableParallelism() + 1;

function runDocuments(): void {
  const lanes = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  const shortest = () => [...counts.keys()].sort((a, b) => counts[a]! - counts[b]!)[0]!;
  const counts = lanes.map(() => 0);
  for (const { blocks } of WITH_BLOCKS.toSorted((a, b) => b.blocks.length - a.blocks.length)) {
    const lane = shortest();
    counts[lane]! += blocks.length;
    const opened = lanes[lane]!.then(() => {
      const shell = openDocumentShell({
        ...services.env,
        STREAM_ARN: services.streamArn,
        START_FRAGMENT: '91343852333181432392682062607742920146159169392',
      });
      shells.push(shell);
      return shell;
    });
    let previous: Promise<unknown> = opened;
    for (const block of blocks) {
      const run = Promise.all([opened, previous]).then(([shell]) => shell.run(block));
      runs.set(block, run);
      previous = run;
    }
    lanes[lane] = previous.then(() => {});
  }
}

describe.each(WITH_BLOCKS)('$file', ({ blocks }) => {
  test.each(blocks)('line $line', async (block) => {
    for (const call of kvsrecCalls(block.text)) {
      await expect(checkArguments(call), `kvsrec ${call.join(' ')}`).resolves.toBeUndefined();
    }
    const { status, output } = await runs.get(block)!;
    expect({ commands: block.text, status, output }).toEqual({
      commands: block.text,
      status: block.interrupted ? 130 : block.status,
      output: expect.anything(),
    });
  });
});

/** Of the project's scripts. */
const OTHERS = ['--hours', '--dry-run'];

test('options that are named in the text exist', async () => {
  const flags = await knownFlags();
  const unknown: string[] = [];
  for (const { file, text } of DOCUMENTS) {
    if (file.startsWith('docs/decisions/')) continue;
    for (const [, code = ''] of prose(text).matchAll(/`([^`\n]+)`/g)) {
      // Those of other programs have the program before them.
      if (!/^(kvsrec\b|--|-[a-zA-Z]\b|[a-z-]+ --)/.test(code) || /^(npm|aws|docker|cosign|sam)\b/.test(code))
        continue;
      for (const [flag] of code.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)) {
        if (!flags.has(flag) && !OTHERS.includes(flag)) unknown.push(`${file}: ${code}`);
      }
    }
  }
  expect(unknown).toEqual([]);
});

test('calls of the AWS CLI in the text are ones that it takes', () => {
  const calls = DOCUMENTS.flatMap(({ text }) => [...prose(text).matchAll(/`(aws [a-z0-9-]+ [^`\n]+)`/g)]);
  expect(calls.length).toBeGreaterThan(0);
  for (const [, line = ''] of calls) expect({ line, status: awsStatus(line) }).toEqual({ line, status: 0 });
});

test.each([
  "aws stepfunctions start-execution --state-machine-arn ARN --input '{bucket: 1}'",
  'aws stepfunctions start-execution --input {}',
  'aws s3 cp README.md bucket/key',
  'aws lambda invoke --function answer.json',
  'aws cloudformation deploy --stack-name a --template-file deploy/template.yaml --parameter-overrides No=1',
  'aws kinesis-video list-fragments --stream-name a',
])('what the AWS CLI would not take is found: %s', (line) => {
  expect(awsStatus(line)).toBe(252);
});

function awsStatus(line: string): number | null {
  const [[program, ...args] = []] = commands(line);
  expect(program).toBe('aws');
  return spawnSync(process.execPath, [AWS, ...args], { cwd: ROOT }).status;
}

test('a wrong option, a wrong value and an unknown command are found', async () => {
  for (const line of ['split a --ouput b', 'split a --layout round', 'spilt a', 'split']) {
    await expect(checkArguments(line.split(' '))).rejects.toThrow();
  }
});

test('a script is cut into its commands', () => {
  const script = `A=1 npx kvsrec split 'a b' -o "c d" # why\nx && kvsrec record \\\n  --raw | wc -c > n; y 2>&1 < z`;
  expect(commands(script)).toEqual([
    ['A=1', 'npx', 'kvsrec', 'split', 'a b', '-o', 'c d'],
    ['x'],
    ['kvsrec', 'record', '--raw'],
    ['wc', '-c'],
    ['y'],
  ]);
  expect(kvsrecCalls(script)).toEqual([
    ['split', 'a b', '-o', 'c d'],
    ['record', '--raw'],
  ]);
});
