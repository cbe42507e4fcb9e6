// The list of commands. To add one, write its file in `commands/` and add its row here.

import type { CommandRow } from './command.ts';

export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'split',
    arguments: '<input...>',
    summary: 'write the audio of every contact in a dump to files',
    group: 'Dumps',
    load: async () => (await import('./commands/split.ts')).split,
  },
  {
    name: 'inspect',
    arguments: '<input>',
    summary: 'show what is in a dump',
    group: 'Dumps',
    load: async () => (await import('./commands/inspect.ts')).inspect,
  },
  {
    name: 'report',
    arguments: '<input...>',
    summary: 'write a page per call to look at, listen to and search',
    group: 'Dumps',
    load: async () => (await import('./commands/report.ts')).report,
  },
  {
    name: 'verify',
    arguments: '[manifest]',
    summary: 'compare dumps with what a manifest records of them',
    group: 'Dumps',
    load: async () => (await import('./commands/verify.ts')).verify,
  },
  {
    name: 'record',
    arguments: '',
    summary: 'record a call while it goes on, or one that has ended',
    group: 'Calls',
    load: async () => (await import('./commands/record.ts')).record,
  },
  {
    name: 'transcribe',
    arguments: '[input]',
    summary: 'write down what is said in a call, live or from a file',
    group: 'Calls',
    load: async () => (await import('./commands/transcribe.ts')).transcribe,
  },
  {
    name: 'merge',
    arguments: '<a> <b> <out>',
    summary: 'lay one WAV file over another',
    group: 'Audio files',
    load: async () => (await import('./commands/merge.ts')).merge,
  },
  {
    name: 'redact',
    arguments: '<wav> <out>',
    summary: 'silence or bleep passages of a WAV file',
    group: 'Audio files',
    load: async () => (await import('./commands/redact.ts')).redact,
  },
  {
    name: 'simulate',
    arguments: '[dump...]',
    summary: 'serve dumps as Kinesis video streams on this machine',
    group: 'Rehearsal',
    load: async () => (await import('./commands/simulate.ts')).simulate,
  },
  {
    name: 'upload',
    arguments: '<file...>',
    summary: 'upload finished files to S3',
    group: 'S3',
    load: async () => (await import('./commands/upload.ts')).upload,
  },
  {
    name: 'serve-lambda',
    arguments: '',
    summary: 'run the Lambda functions on this machine',
    group: 'Rehearsal',
    load: async () => (await import('./commands/serve-lambda.ts')).serveLambda,
  },
  {
    name: 'config',
    arguments: '',
    summary: 'show the effective settings and where each came from',
    group: 'Settings',
    load: async () => (await import('./commands/config.ts')).config,
  },
  {
    name: 'completion',
    arguments: '<shell>',
    summary: 'print the completion of commands and options for a shell',
    group: 'Settings',
    load: async () => (await import('./commands/completion.ts')).completion,
  },
];
