// The table of settings: every key with its flag, environment variable, default and description.
// Plain data, so that help and start-up need no validator; what a value must look like is in `schema.ts`.

import { TRANSCRIPT_SETTINGS } from './transcript-settings.ts';

/** One row of the table. */
export interface SettingDescription {
  /** A phrase for help, the example file and documentation; the default is appended by who prints it. */
  readonly description: string;
  /** Command-line flag in commander's notation; its long form is the key in kebab-case. */
  readonly flag: string;
  /** Environment variable. */
  readonly env: string;
  /** Value where no source gives one; undefined means "not set". */
  readonly default: unknown;
  /** Heading of the flag in a command's help. */
  readonly group:
    | 'Audio'
    | 'Selection'
    | 'Call'
    | 'Output'
    | 'Work'
    | 'Transcript'
    | 'DynamoDB'
    | 'AWS'
    | 'S3'
    | 'Global';
  /** Names of the commands the setting belongs to, or `all`. */
  readonly commands: readonly string[] | 'all';
  /** The words that a value, or an item of a list, can be. */
  readonly choices?: readonly string[];
  /** True for a comma-separated list; its flag may be repeated. */
  readonly list?: true;
  /** True for a yes/no setting: the flag takes no value and has a `--no-…` form. */
  readonly toggle?: true;
  /** What the `--no-…` form is for, where help shows it. */
  readonly opposite?: string;
  /** True for free text: every non-empty string will do. */
  readonly text?: true;
  /** True where a config file cannot hold it. */
  readonly notInFile?: true;
  /** A value to show in the example file where the default is "not set". */
  readonly example?: string;
}

/** The commands that may talk to AWS. */
const AWS_COMMANDS = [
  'report',
  'record',
  'upload',
  'transcribe',
  'split',
  'inspect',
  'verify',
  'merge',
  'redact',
] as const;

/** The commands that store objects. */
const S3_COMMANDS = ['upload', 'split', 'record'] as const;

export const SETTINGS = {
  layout: {
    description: 'files to write per contact: any of separate, stereo, mix, comma-separated',
    flag: '--layout <list>',
    env: 'KVSREC_LAYOUT',
    default: ['separate'],
    group: 'Audio',
    commands: ['split', 'record'],
    choices: ['separate', 'stereo', 'mix'],
    list: true,
  },
  track: {
    description: 'directions to write: from the customer, to the customer, or both',
    flag: '--track <direction>',
    env: 'KVSREC_TRACK',
    default: 'both',
    group: 'Audio',
    commands: ['split', 'record', 'transcribe', 'report'],
    choices: ['from', 'to', 'both'],
  },
  timeline: {
    description: 'aligned: audio stands where its timestamp says; packed: payloads end to end',
    flag: '--timeline <mode>',
    env: 'KVSREC_TIMELINE',
    default: 'aligned',
    group: 'Audio',
    commands: ['split', 'record'],
    choices: ['aligned', 'packed'],
  },
  gapTolerance: {
    description:
      'how far a block may stand from the audio before it and still be appended, as 100, 100ms or 0.1s',
    flag: '--gap-tolerance <time>',
    env: 'KVSREC_GAP_TOLERANCE',
    default: 100,
    group: 'Audio',
    commands: ['split', 'record', 'transcribe', 'report'],
  },
  contactId: {
    description: 'keep only this contact',
    flag: '--contact-id <id>',
    env: 'KVSREC_CONTACT_ID',
    default: undefined,
    group: 'Selection',
    commands: ['split', 'record', 'transcribe', 'report'],
    text: true,
    example: 'b0e14540-ca63-4a9c-9273-2b3f1b0a5c1e',
  },
  match: {
    description: 'keep only fragments with this tag, for producers other than Amazon Connect',
    flag: '--match <tag=value>',
    env: 'KVSREC_MATCH',
    default: undefined,
    group: 'Selection',
    commands: ['split', 'inspect', 'record', 'transcribe', 'report'],
    example: 'Room=12',
  },
  idleTimeout: {
    description: 'end when no new fragment has come for so long; 0 for never',
    flag: '--idle-timeout <time>',
    env: 'KVSREC_IDLE_TIMEOUT',
    default: 30_000,
    group: 'Call',
    commands: ['record', 'transcribe'],
  },
  stallTimeout: {
    description: 'ask again when a connection has been silent for so long',
    flag: '--stall-timeout <time>',
    env: 'KVSREC_STALL_TIMEOUT',
    default: 10_000,
    group: 'Call',
    commands: ['record', 'transcribe'],
  },
  maxDuration: {
    description: 'end after so much audio, as 90s or 30m',
    flag: '--max-duration <time>',
    env: 'KVSREC_MAX_DURATION',
    default: undefined,
    group: 'Call',
    commands: ['record', 'transcribe'],
    example: '4h',
  },
  retries: {
    description: 'failures in a row, with growing waits, after which an outage ends a recording',
    flag: '--retries <count>',
    env: 'KVSREC_RETRIES',
    default: 20,
    group: 'Call',
    commands: ['record', 'transcribe'],
  },
  out: {
    description: 'directory for the files, made where it is missing',
    flag: '-o, --out <dir>',
    env: 'KVSREC_OUT',
    default: '.',
    group: 'Output',
    commands: ['split', 'record', 'report'],
    text: true,
  },
  name: {
    description:
      'names of the files, with {contactId}, {start}, {date}, {what}, {direction}, {layout}; a / makes a folder',
    flag: '--name <template>',
    env: 'KVSREC_NAME',
    default: '{contactId}_{start}_{what}',
    group: 'Output',
    commands: ['split', 'record', 'report'],
    text: true,
  },
  report: {
    description: 'write a page per contact to look at, listen to and search',
    flag: '--report',
    env: 'KVSREC_REPORT',
    default: false,
    group: 'Output',
    commands: ['split', 'record'],
    toggle: true,
  },
  overwrite: {
    description: 'replace files that exist',
    flag: '--overwrite',
    env: 'KVSREC_OVERWRITE',
    default: false,
    group: 'Output',
    commands: ['split', 'record', 'merge', 'redact', 'upload', 'transcribe', 'report'],
    toggle: true,
  },
  saveMkv: {
    description: 'keep the dump, too',
    flag: '--save-mkv',
    env: 'KVSREC_SAVE_MKV',
    default: false,
    group: 'Output',
    commands: ['record'],
    toggle: true,
  },
  jobs: {
    description: 'inputs to work on at the same time, or auto for one per processor',
    flag: '-j, --jobs <count>',
    env: 'KVSREC_JOBS',
    default: 1,
    group: 'Work',
    commands: ['split', 'upload'],
  },
  concurrency: {
    description: 'calls to record at the same time; invocations of a function, 1 by default',
    flag: '--concurrency <count>',
    env: 'KVSREC_CONCURRENCY',
    default: 100,
    group: 'Work',
    commands: ['record', 'serve-lambda'],
  },
  ...TRANSCRIPT_SETTINGS,
  region: {
    description: 'AWS region; otherwise AWS_REGION or that of the profile counts',
    flag: '--region <name>',
    env: 'KVSREC_REGION',
    default: undefined,
    group: 'AWS',
    commands: [...AWS_COMMANDS, 'simulate'],
    text: true,
    example: 'eu-central-1',
  },
  profile: {
    description: 'profile of the shared AWS config files; otherwise AWS_PROFILE counts',
    flag: '--profile <name>',
    env: 'KVSREC_PROFILE',
    default: undefined,
    group: 'AWS',
    commands: AWS_COMMANDS,
    text: true,
    example: 'contact-center',
  },
  endpointUrl: {
    description: 'talk to this address in place of AWS; otherwise AWS_ENDPOINT_URL and the like count',
    flag: '--endpoint-url <url>',
    env: 'KVSREC_ENDPOINT_URL',
    default: undefined,
    group: 'AWS',
    commands: AWS_COMMANDS,
    example: 'http://127.0.0.1:4566',
  },
  upload: {
    description:
      'upload the finished files to s3://bucket/prefix/; may have {contactId}, {date}, {direction} and more',
    flag: '--upload <url>',
    env: 'KVSREC_UPLOAD',
    default: undefined,
    group: 'S3',
    commands: ['split', 'record'],
    example: 's3://calls/{date}/{contactId}/',
  },
  deleteLocal: {
    description: 'delete a local file when S3 has confirmed that it has the same bytes',
    flag: '--delete-local',
    env: 'KVSREC_DELETE_LOCAL',
    default: false,
    group: 'S3',
    commands: S3_COMMANDS,
    toggle: true,
  },
  tag: {
    description: 'tags of the objects, as name=value, comma-separated',
    flag: '--tag <name=value>',
    env: 'KVSREC_TAG',
    default: [],
    group: 'S3',
    commands: S3_COMMANDS,
    list: true,
  },
  acl: {
    description: 'canned ACL of the objects, for buckets with ACLs enabled',
    flag: '--acl <name>',
    env: 'KVSREC_ACL',
    default: undefined,
    group: 'S3',
    commands: S3_COMMANDS,
    choices: [
      'private',
      'bucket-owner-full-control',
      'bucket-owner-read',
      'authenticated-read',
      'aws-exec-read',
      'public-read',
      'public-read-write',
    ],
    example: 'bucket-owner-full-control',
  },
  sse: {
    description: "encryption of the objects: AES256, aws:kms or aws:kms:dsse; otherwise the bucket's own",
    flag: '--sse <kind>',
    env: 'KVSREC_SSE',
    default: undefined,
    group: 'S3',
    commands: S3_COMMANDS,
    choices: ['AES256', 'aws:kms', 'aws:kms:dsse'],
    example: 'aws:kms',
  },
  kmsKeyId: {
    description: 'KMS key for the encryption: an id, an ARN or alias/name',
    flag: '--kms-key-id <id>',
    env: 'KVSREC_KMS_KEY_ID',
    default: undefined,
    group: 'S3',
    commands: S3_COMMANDS,
    text: true,
    example: 'alias/recordings',
  },
  storageClass: {
    description: 'storage class of the objects, STANDARD_IA for example',
    flag: '--storage-class <class>',
    env: 'KVSREC_STORAGE_CLASS',
    default: undefined,
    group: 'S3',
    commands: S3_COMMANDS,
    choices: [
      'STANDARD',
      'STANDARD_IA',
      'ONEZONE_IA',
      'INTELLIGENT_TIERING',
      'GLACIER_IR',
      'GLACIER',
      'DEEP_ARCHIVE',
      'REDUCED_REDUNDANCY',
      'EXPRESS_ONEZONE',
      'OUTPOSTS',
      'SNOW',
    ],
    example: 'STANDARD_IA',
  },
  json: {
    description: 'print one JSON document on standard output',
    flag: '--json',
    env: 'KVSREC_JSON',
    default: false,
    group: 'Global',
    commands: 'all',
    toggle: true,
  },
  quiet: {
    description: 'no progress, warnings or logs; results and errors only',
    flag: '-q, --quiet',
    env: 'KVSREC_QUIET',
    default: false,
    group: 'Global',
    commands: 'all',
    toggle: true,
  },
  verbose: {
    description: 'log what is done, and the stack of an error',
    flag: '-v, --verbose',
    env: 'KVSREC_VERBOSE',
    default: false,
    group: 'Global',
    commands: 'all',
    toggle: true,
  },
  color: {
    description: 'colours; auto means on a terminal, unless NO_COLOR is set',
    flag: '--color',
    env: 'KVSREC_COLOR',
    default: 'auto',
    group: 'Global',
    commands: 'all',
    toggle: true,
    opposite: 'no colours',
  },
  config: {
    description: 'read settings from this file instead of looking for one in the current directory',
    flag: '--config <file>',
    env: 'KVSREC_CONFIG',
    default: undefined,
    group: 'Global',
    commands: 'all',
    text: true,
    notInFile: true,
  },
} as const satisfies Record<string, SettingDescription>;

/** A key as config files spell it. */
export type SettingKey = keyof typeof SETTINGS;

export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];

/** The row of a key, with the fields that only some rows have. */
export function describe(key: SettingKey): SettingDescription {
  return SETTINGS[key];
}

/** Whether a command takes the setting. */
export function belongsTo(key: SettingKey, command: string): boolean {
  const { commands } = describe(key);
  return commands === 'all' || commands.includes(command);
}

/** The long flag without its value: `--gap-tolerance`. */
export function flagName(key: SettingKey): string {
  return /--[a-z-]+/.exec(SETTINGS[key].flag)?.[0] ?? SETTINGS[key].flag;
}
