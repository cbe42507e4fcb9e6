// The template as CloudFormation will read it: references, handlers, variables, and permissions against the calls that
// the code makes.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseWavHeader } from '../../src/audio/wav.ts';
import { ENVIRONMENTS } from '../../src/lambda/environment.ts';
import { HANDLER_NAMES, type HandlerName } from '../../src/lambda/handler.ts';
import { ROOT } from '../cli/run-cli.ts';
import { type BuiltFunction, buildFunction } from './build-functions.ts';

const FILE = join(ROOT, 'deploy', 'template.yaml');

/** Logical ids of the functions. */
const LOGICAL: Record<HandlerName, string> = {
  record: 'Record',
  trigger: 'Trigger',
  overlay: 'Overlay',
  redact: 'Redact',
  backfill: 'BackfillFunction',
};

/** The IAM actions behind the SDK's commands; S3 has other names for some. */
const ACTIONS: Record<string, string[]> = {
  GetDataEndpointCommand: ['kinesisvideo:GetDataEndpoint'],
  GetMediaCommand: ['kinesisvideo:GetMedia'],
  ListFragmentsCommand: ['kinesisvideo:ListFragments'],
  GetMediaForFragmentListCommand: ['kinesisvideo:GetMediaForFragmentList'],
  GetObjectCommand: ['s3:GetObject'],
  HeadObjectCommand: ['s3:GetObject'],
  PutObjectCommand: ['s3:PutObject'],
  CreateMultipartUploadCommand: ['s3:PutObject'],
  UploadPartCommand: ['s3:PutObject'],
  CompleteMultipartUploadCommand: ['s3:PutObject'],
  AbortMultipartUploadCommand: ['s3:AbortMultipartUpload'],
  ListPartsCommand: ['s3:ListMultipartUploadParts'],
  ListMultipartUploadsCommand: ['s3:ListBucketMultipartUploads'],
  DeleteObjectsCommand: ['s3:DeleteObject'],
  HeadBucketCommand: ['s3:ListBucket'],
  /** lib-storage's: what it does is the three above and the abort. */
  Upload: ['s3:PutObject', 's3:AbortMultipartUpload'],
  UpdateCommand: ['dynamodb:UpdateItem'],
  PutCommand: ['dynamodb:PutItem'],
  DeleteCommand: ['dynamodb:DeleteItem'],
  QueryCommand: ['dynamodb:Query'],
  InvokeCommand: ['lambda:InvokeFunction'],
  StartStreamTranscriptionCommand: ['transcribe:StartStreamTranscription'],
};

/** Commands that a function's code can make and does not: the settings that lead there are not to be had there. */
const NOT_MADE: Partial<Record<HandlerName, string[]>> = {
  // Only the command line has --analytics, and lists what a stream retains.
  record: ['StartCallAnalyticsStreamTranscriptionCommand', 'HeadBucketCommand', 'ListFragmentsCommand'],
  overlay: ['HeadBucketCommand'],
  redact: ['HeadBucketCommand'],
  // It makes no state, so it never takes up an upload that another process left.
  backfill: ['HeadBucketCommand', 'ListPartsCommand'],
};

/** What Lambda itself and S3's answers need, beside the code's own calls. */
const BESIDE = [
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'sqs:SendMessage',
  's3:ListBucket',
  'kms:Decrypt',
  'kms:GenerateDataKey',
];

let template: Template;
const built = new Map<HandlerName, BuiltFunction>();

beforeAll(async () => {
  const stack = new Stack(new App(), 'kvsrec');
  // Throws where a Ref, GetAtt, Sub or condition names what is not there.
  new CfnInclude(stack, 'template', { templateFile: FILE });
  template = Template.fromStack(stack);
  for (const name of HANDLER_NAMES) built.set(name, await buildFunction(name));
});

type Resource = { Type: string; Properties: Record<string, unknown>; [key: string]: unknown };
const resources = () => template.toJSON().Resources as Record<string, Resource>;
const functionOf = (name: HandlerName) => resources()[LOGICAL[name]]!;

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
}

function statementsOf(role: string): Statement[] {
  const policies = Object.values(resources()).filter(
    ({ Type, Properties }) =>
      Type === 'AWS::IAM::Policy' && JSON.stringify(Properties.Roles).includes(`"${role}"`),
  );
  const own = resources()[role]!.Properties.Policies as { PolicyDocument: { Statement: unknown[] } }[];
  const documents = [...own, ...policies.map(({ Properties }) => Properties as (typeof own)[number])];
  return documents
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .map((statement) => {
      const conditional = (statement as { 'Fn::If'?: unknown[] })['Fn::If'];
      return (conditional === undefined ? statement : conditional[1]) as Statement;
    });
}

describe.each(HANDLER_NAMES)('%s', (name) => {
  test('its handler is in its bundle, for the newest runtime on arm64', () => {
    const { Properties } = functionOf(name);
    expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    const [file, exported] = String(Properties.Handler).split('.');
    const entry = built.get(name)!.files.find(({ path }) => path === `${file}.mjs`);
    expect(entry?.bytes.toString()).toMatch(new RegExp(`\\bas ${exported}\\b`));
    expect(JSON.stringify(Properties.Code)).toContain(`${name}.zip`);
  });

  test('every variable is one that the code reads, and the needed ones are there', () => {
    const { Variables } = functionOf(name).Properties.Environment as { Variables: Record<string, unknown> };
    // Node reads one itself.
    for (const variable of Object.keys(Variables))
      expect([...Object.keys(ENVIRONMENTS[name]), 'NODE_OPTIONS']).toContain(variable);
    const needed = {
      record: ['RECORDINGS_BUCKET_NAME'],
      trigger: ['transcriptionFunction'],
      overlay: [],
      redact: [],
      backfill: ['RECORDINGS_BUCKET_NAME'],
    };
    for (const variable of needed[name]) expect(Variables).toHaveProperty(variable);
  });

  test('its role allows the calls that the code makes, and nothing more', () => {
    const made = built.get(name)!.commands.filter((command) => !NOT_MADE[name]?.includes(command));
    for (const command of NOT_MADE[name] ?? []) expect(built.get(name)!.commands).toContain(command);
    const needed = new Set(made.flatMap((command) => ACTIONS[command] ?? [`unknown: ${command}`]));
    const allowed = new Set(statementsOf(`${LOGICAL[name]}Role`).flatMap(({ Action }) => Action));
    expect([...needed].filter((action) => !allowed.has(action))).toEqual([]);
    expect([...allowed].filter((action) => !needed.has(action) && !BESIDE.includes(action))).toEqual([]);
  });

  test('nothing is allowed on everything, but for what takes no resources', () => {
    for (const { Action, Resource } of statementsOf(`${LOGICAL[name]}Role`)) {
      const all = [Resource].flat().includes('*');
      expect({ Action, all }).toEqual({
        Action,
        all: [Action].flat().includes('transcribe:StartStreamTranscription'),
      });
      for (const action of [Action].flat()) expect(action).not.toContain('*');
    }
  });
});

describe('the stack', () => {
  test('buckets are private, encrypted, TLS only, and forget stale uploads', () => {
    template.resourceCountIs('AWS::S3::Bucket', 2);
    template.allResourcesProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: Match.anyValue(),
      LifecycleConfiguration: {
        Rules: Match.arrayWith([
          Match.objectLike({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } }),
        ]),
      },
    });
    template.resourceCountIs('AWS::S3::BucketPolicy', 2);
    template.allResourcesProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        ],
      },
    });
  });

  test('tables are on demand, encrypted, with recovery; transcripts and summaries expire', () => {
    template.allResourcesProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: Match.objectLike({ SSEEnabled: true }),
    });
    template.resourcePropertiesCountIs(
      'AWS::DynamoDB::Table',
      { TimeToLiveSpecification: { AttributeName: 'ExpiresAfter', Enabled: true } },
      3,
    );
  });

  test('what is invoked asynchronously is tried again and then reported; every function has logs that end and an alarm', () => {
    template.resourceCountIs('AWS::Lambda::EventInvokeConfig', 4);
    template.allResourcesProperties('AWS::Lambda::EventInvokeConfig', {
      MaximumRetryAttempts: 2,
      DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
    });
    template.resourceCountIs('AWS::Logs::LogGroup', HANDLER_NAMES.length);
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: Match.anyValue() });
    template.resourceCountIs('AWS::CloudWatch::Alarm', HANDLER_NAMES.length + 2);
    expect(functionOf('trigger').Properties.Timeout).toBeLessThanOrEqual(8);
    expect(functionOf('record').Properties).toMatchObject({ Timeout: 900, RecursiveLoop: 'Allow' });
  });

  test('what belongs to the Connect instance is made only where one is named', () => {
    for (const [id, { Type, Condition }] of Object.entries(resources())) {
      if (Type.startsWith('AWS::Connect::'))
        expect({ id, Condition }).toEqual({ id, Condition: expect.any(String) });
    }
  });

  test('the metrics of alarms and dashboard are ones that the code writes', async () => {
    const { METRICS, METRICS_NAMESPACE } = await import('../../src/lambda/telemetry.ts');
    const text = readFileSync(FILE, 'utf8');
    const named = [...text.matchAll(/\["(?:kvsrec|\.)", "(\w+)"|Namespace: kvsrec\n\s+MetricName: (\w+)/g)];
    expect(METRICS_NAMESPACE).toBe('kvsrec');
    expect(named.length).toBeGreaterThan(5);
    for (const [, a, b] of named) expect(Object.keys(METRICS)).toContain(a ?? b);
  });

  test('cfn-lint has nothing to say, where it is installed', (context) => {
    try {
      execFileSync('cfn-lint', ['--version'], { stdio: 'ignore' });
    } catch {
      context.skip();
    }
    expect(execFileSync('cfn-lint', [FILE], { encoding: 'utf8' })).toBe('');
  });
});

describe('the flow', () => {
  const flow = JSON.parse(readFileSync(join(ROOT, 'deploy', 'flow.json'), 'utf8')) as {
    StartAction: string;
    Actions: {
      Identifier: string;
      Type: string;
      Parameters: Record<string, unknown>;
      Transitions: { NextAction?: string; Errors?: { NextAction: string }[] };
    }[];
  };

  test('the template has it as it stands, with nothing left to fill in', () => {
    const { Content } = resources().RecordingFlow!.Properties as {
      Content: { 'Fn::Sub': [string, Record<string, unknown>] };
    };
    const [text, values] = Content['Fn::Sub'];
    expect(JSON.parse(text)).toEqual(flow);
    const parameters = Object.keys(template.toJSON().Parameters as object);
    for (const [, name] of text.matchAll(/\$\{(\w+)\}/g))
      expect([...Object.keys(values), ...parameters]).toContain(name);
  });

  test('streams both ways, sets what the trigger reads, calls it, waits and ends; every way leads to the end', () => {
    const actions = new Map(flow.Actions.map((action) => [action.Identifier, action]));
    expect(actions.has(flow.StartAction)).toBe(true);
    expect(flow.Actions.map(({ Type }) => Type)).toEqual([
      'UpdateContactMediaStreamingBehavior',
      'UpdateContactAttributes',
      'InvokeLambdaFunction',
      'MessageParticipant',
      'UpdateContactMediaStreamingBehavior',
      'DisconnectParticipant',
    ]);
    for (const { Transitions, Type } of flow.Actions) {
      const next = [
        Transitions.NextAction,
        ...(Transitions.Errors ?? []).map(({ NextAction }) => NextAction),
      ];
      if (Type === 'DisconnectParticipant') expect(Transitions).toEqual({});
      else for (const id of next) expect(actions.has(String(id))).toBe(true);
    }
    const { Attributes } = actions.get('set-attributes')!.Parameters as { Attributes: object };
    const trigger = readFileSync(join(ROOT, 'src/lambda/trigger.ts'), 'utf8');
    for (const name of Object.keys(Attributes)) expect(trigger).toContain(`attributes.${name}`);
  });

  test('the prompt is a minute of µ-law silence', async () => {
    const { silencePrompt } = (await import('../../scripts/silence-prompt.mjs' as string)) as {
      silencePrompt(): Buffer;
    };
    const prompt = silencePrompt();
    const header = parseWavHeader(prompt)!;
    expect(header).toMatchObject({
      formatTag: 7,
      channels: 1,
      sampleRate: 8000,
      bitsPerSample: 8,
      dataBytes: 480_000,
    });
    expect(prompt.subarray(header.dataOffset).every((code) => code === 0xff)).toBe(true);
    expect(prompt.length).toBe(header.dataOffset + header.dataBytes);
  });
});

describe('the bundles', () => {
  test('record has 2 MB at the most, and the same bytes every time', async () => {
    const { files } = built.get('record')!;
    expect(files.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(2_000_000);
    const { zip } = (await import('../../scripts/zip.mjs' as string)) as { zip(files: object[]): Buffer };
    const again = await buildFunction('record');
    expect(zip(again.files).equals(zip(files))).toBe(true);
  });

  test('the zip files are ones that others read', async (context) => {
    try {
      execFileSync('python3', ['--version'], { stdio: 'ignore' });
    } catch {
      context.skip();
    }
    const { zip } = (await import('../../scripts/zip.mjs' as string)) as { zip(files: object[]): Buffer };
    const files = [
      { path: 'a/b.txt', bytes: Buffer.from('hello') },
      { path: 'c', bytes: Buffer.alloc(70_000, 'x') },
    ];
    const listing = execFileSync(
      'python3',
      [
        '-c',
        'import sys,io,zipfile; z=zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read())); print(z.testzip(), [(i.filename, i.file_size) for i in z.infolist()])',
      ],
      { input: zip(files), encoding: 'utf8' },
    );
    expect(listing.trim()).toBe("None [('a/b.txt', 5), ('c', 70000)]");
  });
});
