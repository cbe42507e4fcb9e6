import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { explainNodeError } from '../../src/cli/node-error.ts';
import { asKvsrecError } from '../../src/cli/report-error.ts';
import { KvsrecError } from '../../src/errors.ts';
import { scratchDirectory } from './run-cli.ts';

const thrownBy = (work: () => void): unknown => {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

describe('errors of Node', () => {
  test('a port that something else listens on', async () => {
    const first = createServer().listen(0, '127.0.0.1');
    await once(first, 'listening');
    const second = createServer().listen((first.address() as AddressInfo).port, '127.0.0.1');
    const [error] = await once(second, 'error').finally(() => first.close());
    expect(explainNodeError(error)).toMatchObject({
      code: 'port-in-use',
      message: 'cannot listen: the port is in use already',
    });
  });

  test('as the system throws them', () => {
    const directory = scratchDirectory();
    const file = join(directory, 'file');
    writeFileSync(file, '');
    mkdirSync(join(directory, 'full'));
    writeFileSync(join(directory, 'full', 'x'), '');
    const explain = (work: () => void) => {
      const error = explainNodeError(thrownBy(work));
      return [error?.code, error?.message.replaceAll(directory, '.')];
    };
    expect(explain(() => readFileSync(join(directory, 'none')))).toEqual([
      'not-found',
      'cannot open ./none: there is no such file or directory',
    ]);
    expect(explain(() => readFileSync(directory))).toEqual([
      'is-directory',
      'cannot read: it is a directory, not a file',
    ]);
    expect(explain(() => mkdirSync(directory))).toEqual([
      'exists',
      'cannot make the directory .: it exists already',
    ]);
    expect(explain(() => readdirSync(file))).toEqual([
      'not-a-directory',
      'cannot read the directory ./file: a part of the path is a file, not a directory',
    ]);
    expect(explain(() => renameSync(file, join(directory, 'full')))[0]).toBe('is-directory');
    expect(explain(() => readFileSync(join(directory, 'x'.repeat(300))))[0]).toBe('name-too-long');
  });

  test.each([
    ['EACCES', 'no-permission', 'permission denied'],
    ['EPERM', 'no-permission', 'the system does not permit it'],
    ['EROFS', 'no-permission', 'the file system is read-only'],
    ['ENOSPC', 'disk-full', 'no space is left on the disk'],
    ['EDQUOT', 'disk-full', 'the disk quota is used up'],
    ['EMFILE', 'too-many-files', 'too many files are open'],
    ['ENFILE', 'too-many-files', 'the system has too many files open'],
    ['EBUSY', 'busy', 'something else is using it'],
    ['EIO', 'io-error', 'the device reported an error'],
  ])('%s', (code, stable, reason) => {
    const cause = Object.assign(new Error('x'), { code, syscall: 'write', path: 'a.wav' });
    const error = explainNodeError(cause);
    expect(error).toMatchObject({
      code: stable,
      exitCode: 1,
      message: `cannot write a.wav: ${reason}`,
      cause,
    });
    expect(error?.hint).toMatch(/\.$/);
    expect(explainNodeError(Object.assign(new Error('x'), { code }))?.message).toBe(reason);
  });

  test('what is not known stays unexplained', () => {
    expect(explainNodeError(Object.assign(new Error('x'), { code: 'ERR_SOMETHING' }))).toBeUndefined();
    expect(explainNodeError(new Error('x'))).toBeUndefined();
    expect(explainNodeError('x')).toBeUndefined();
  });
});

describe('asKvsrecError', () => {
  test('leaves a KvsrecError as it is', () => {
    const error = new KvsrecError('a-code', 'a message', { exitCode: 2 });
    expect(asKvsrecError(error)).toBe(error);
  });

  test.each([
    [new TypeError('x is not a function'), 'x is not a function'],
    ['thrown text', 'thrown text'],
    [undefined, 'undefined'],
  ])('anything else is a bug: %s', (thrown, message) => {
    expect(asKvsrecError(thrown)).toMatchObject({
      code: 'internal',
      exitCode: 1,
      message: `this is a bug in kvsrec: ${message}`,
      hint: expect.stringContaining('--verbose'),
    });
  });
});
