// docs/permissions.md against the calls to AWS that the code makes.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../cli/run-cli.ts';
import { readDocument } from './markdown.ts';

/** The IAM actions behind an operation, which is not always called as they are (Service Authorization Reference). */
const ACTIONS: Record<string, readonly string[]> = {
  GetDataEndpoint: ['kinesisvideo:GetDataEndpoint'],
  GetMedia: ['kinesisvideo:GetMedia'],
  GetMediaForFragmentList: ['kinesisvideo:GetMediaForFragmentList'],
  ListFragments: ['kinesisvideo:ListFragments'],
  DescribeContact: ['connect:DescribeContact'],
  StartStreamTranscription: ['transcribe:StartStreamTranscription'],
  StartCallAnalyticsStreamTranscription: ['transcribe:StartCallAnalyticsStreamTranscription'],
  Put: ['dynamodb:PutItem'],
  Delete: ['dynamodb:DeleteItem'],
  Update: ['dynamodb:UpdateItem'],
  Query: ['dynamodb:Query'],
  Invoke: ['lambda:InvokeFunction'],
  PutObject: ['s3:PutObject'],
  CreateMultipartUpload: ['s3:PutObject'],
  UploadPart: ['s3:PutObject'],
  CompleteMultipartUpload: ['s3:PutObject'],
  AbortMultipartUpload: ['s3:AbortMultipartUpload'],
  ListParts: ['s3:ListMultipartUploadParts'],
  ListMultipartUploads: ['s3:ListBucketMultipartUploads'],
  HeadBucket: ['s3:ListBucket'],
  HeadObject: ['s3:GetObject'],
  GetObject: ['s3:GetObject'],
  DeleteObjects: ['s3:DeleteObject'],
};

/** What parameters of those calls need beside them. */
const BESIDE = [
  's3:PutObjectTagging',
  's3:PutObjectAcl',
  's3:GetObjectVersion',
  'kms:Decrypt',
  'kms:GenerateDataKey',
];

const TEXT = readDocument('docs/permissions.md');

/** Operations of the SDK in a folder of `src/`. */
function operations(folder: string): Set<string> {
  const files = readdirSync(join(ROOT, 'src', folder), { recursive: true, encoding: 'utf8' });
  const found = new Set<string>();
  for (const file of files.filter((name) => name.endsWith('.ts'))) {
    const text = readFileSync(join(ROOT, 'src', folder, file), 'utf8');
    for (const [, name = ''] of text.matchAll(/new (\w+)Command\(/g)) found.add(name);
    for (const [, name = ''] of text.matchAll(/\bpaginate(ListFragments|\w+)\(/g)) found.add(name);
  }
  return found;
}

/** The JSON blocks under each heading. */
function policies(): Map<string, { Statement: { Action: string | string[]; Resource: string }[] }[]> {
  const found = new Map();
  for (const section of TEXT.split(/^## /m).slice(1)) {
    const blocks = [...section.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json = '']) => JSON.parse(json));
    found.set(section.slice(0, section.indexOf('\n')), blocks);
  }
  return found;
}

const actionsOf = (heading: string): string[] =>
  (policies().get(heading) ?? [])
    .flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action))
    .sort();

test('every operation that the code calls has its action in the document, and no other action is there', () => {
  const called = new Set([...operations('aws'), ...operations('lambda')]);
  const unknown = [...called].filter((name) => !(name in ACTIONS));
  expect(unknown, 'operations without an action in this test').toEqual([]);
  const needed = new Set([...called].flatMap((name) => ACTIONS[name]!));
  const named = new Set(
    [...TEXT.matchAll(/\b(?:kinesisvideo|connect|transcribe|dynamodb|lambda|s3|kms):[A-Z]\w+/g)].map(
      ([action]) => action,
    ),
  );
  expect([...named].sort()).toEqual([...new Set([...needed, ...BESIDE])].sort());
});

test('every policy is one', () => {
  for (const [heading, blocks] of policies()) {
    expect(blocks.length, heading).toBeGreaterThan(0);
    for (const policy of blocks) {
      expect(policy).toMatchObject({ Version: '2012-10-17' });
      for (const statement of policy.Statement) {
        expect(statement).toMatchObject({
          Effect: 'Allow',
          Resource: expect.stringMatching(/^(\*|arn:aws:)/),
        });
        // An action is allowed on what it is for.
        const [service] = [statement.Action].flat()[0]!.split(':');
        if (statement.Resource !== '*') expect(statement.Resource.split(':')[2]).toBe(service);
      }
    }
  }
});

test('the policies of live and past recordings and of uploads have what their files call', () => {
  const actions = (...names: string[]) => names.flatMap((name) => ACTIONS[name]!).sort();
  expect(actionsOf('record')).toEqual(actions('GetDataEndpoint', 'GetMedia', 'DescribeContact'));
  expect(actionsOf('record past calls')).toEqual(
    actions('GetDataEndpoint', 'ListFragments', 'GetMediaForFragmentList'),
  );
  expect(actionsOf('upload')).toEqual(
    actions('PutObject', 'AbortMultipartUpload', 'HeadObject', 'HeadBucket'),
  );
  expect(actionsOf('Reading dumps from S3')).toEqual(actions('GetObject', 'HeadBucket'));
});
