// Every command block of README and docs: run where it can be, its options checked in any case.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LoopbackServices, startLoopbackServices } from '../cli/loopback-services.ts';
import { buildOnce, ROOT } from '../cli/run-cli.ts';
import { checkArguments, commands, knownFlags, kvsrecCalls } from './command-lines.ts';
import { type DocumentShell, openDocumentShell } from './document-shell.ts';
import { commandBlocks, DOCUMENT_FILES, prose, readDocument } from './markdown.ts';

const DOCUMENTS = DOCUMENT_FILES.map((file) => ({ file, text: readDocument(file) }));
const WITH_BLOCKS = DOCUMENTS.map(({ file, text }) => ({ file, blocks: commandBlocks(text) })).filter(
  ({ blocks }) => blocks.length > 0,
);

let services: LoopbackServices;

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
});
afterAll(() => services.close());

describe.each(WITH_BLOCKS)('$file', ({ blocks }) => {
  let shell: DocumentShell;
  beforeAll(() => {
    shell = openDocumentShell({
      ...services.env,
      STREAM_ARN: services.streamArn,
      START_FRAGMENT: '91343852333181432392682062607742920146159169392',
    });
  });
  afterAll(() => shell.close());

  test.each(blocks)('line $line', async (block) => {
    for (const call of kvsrecCalls(block.text)) {
      await expect(checkArguments(call), `kvsrec ${call.join(' ')}`).resolves.toBeUndefined();
    }
    if (block.needs !== null) return;
    const { status, output } = await shell.run(block);
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
