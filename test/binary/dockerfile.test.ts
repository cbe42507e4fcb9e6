// The Dockerfile, where no engine runs it: a linter, and what only this repository knows of it. That its build stage
// builds the binary out of what .dockerignore lets through is what the binary's own test starts from.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ValidationSeverity, validate } from 'dockerfile-utils';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { ROOT } from '../cli/run-cli.ts';
import { checkArguments, kvsrecCalls } from '../docs/command-lines.ts';
import { letThrough } from './build-binary.ts';

const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
/** What stands behind an instruction's name, wherever that is used. */
const values = (name: string): string[] =>
  [...text.matchAll(/^([A-Z]+) (.*)$/gm)].filter(([, found]) => found === name).map(([, , value]) => value!);

test('the linter has nothing to say, and finds what is wrong', () => {
  const strict = {
    deprecatedMaintainer: ValidationSeverity.ERROR,
    directiveCasing: ValidationSeverity.ERROR,
    emptyContinuationLine: ValidationSeverity.ERROR,
    instructionCasing: ValidationSeverity.ERROR,
    instructionCmdMultiple: ValidationSeverity.ERROR,
    instructionEntrypointMultiple: ValidationSeverity.ERROR,
    instructionHealthcheckMultiple: ValidationSeverity.ERROR,
    instructionJSONInSingleQuotes: ValidationSeverity.ERROR,
    instructionWorkdirRelative: ValidationSeverity.ERROR,
  };
  expect(validate(text, strict)).toEqual([]);
  for (const wrong of ['FRUM scratch', 'FROM scratch\nWORKDIR calls', 'FROM a\nCMD ["a"]\nCMD ["b"]']) {
    expect(validate(wrong, strict)).not.toEqual([]);
  }
});

test('what is copied exists, and .dockerignore lets it through', () => {
  expect(letThrough().filter((name) => !name.includes('*') && !existsSync(join(ROOT, name)))).toEqual([]);
  const copied = values('COPY').filter((value) => !value.startsWith('--from=') && value !== '. .');
  expect(copied.flatMap((value) => value.split(' ').slice(0, -1))).toEqual([
    'package.json',
    'package-lock.json',
  ]);
  for (const name of ['package.json', 'package-lock.json', 'LICENSE']) expect(letThrough()).toContain(name);
});

test('what the second stage takes is what the first one builds', () => {
  expect(values('RUN').at(-1)).toBe('npm run package');
  const from = values('COPY').filter((value) => value.startsWith('--from=build'));
  expect(from.flatMap((value) => value.split(' ').slice(1, -1))).toEqual([
    '/kvsrec/binary/kvsrec',
    '/kvsrec/binary/THIRD-PARTY-NOTICES.txt',
    '/kvsrec/LICENSE',
  ]);
});

test('its Node is one that the package may run on', () => {
  const [, major] = /^node:(\d+)-/.exec(values('FROM')[0]!)!;
  const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    engines: { node: string };
  };
  expect(engines.node).toBe('>=20.19');
  expect(Number(major)).toBeGreaterThanOrEqual(20);
});

test('it runs the binary, not as root, is ended in order, and its comments have calls that work', async () => {
  expect(values('ENTRYPOINT')).toEqual(['["/usr/local/bin/kvsrec"]']);
  expect(values('STOPSIGNAL')).toEqual(['SIGTERM']);
  expect(values('FROM').at(-1)).toMatch(/:nonroot$/);
  const calls = kvsrecCalls(text.match(/kvsrec record .*/g)!.join('\n'));
  expect(calls.length).toBeGreaterThan(0);
  for (const call of calls) {
    expect(COMMANDS.map(({ name }) => name)).toContain(call[0]);
    await expect(checkArguments(call)).resolves.toBeUndefined();
  }
});
