import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { refuseDuplicates } from '../../../src/cli/split/duplicates.ts';
import type { KvsrecError } from '../../../src/errors.ts';
import { scratchDirectory } from '../run-cli.ts';

describe('an input that is given twice', () => {
  test('by one name, by two, by a link', () => {
    const directory = scratchDirectory();
    const file = join(directory, 'a.mkv');
    writeFileSync(file, '');
    mkdirSync(join(directory, 'sub'));
    symlinkSync(file, join(directory, 'link.mkv'));
    const refused = (...inputs: string[]) => {
      try {
        refuseDuplicates(inputs);
      } catch (error) {
        const { code, exitCode, message } = error as KvsrecError;
        return { code, exitCode, message };
      }
      return undefined;
    };
    const error = {
      code: 'duplicate-input',
      exitCode: 2,
      message: expect.stringContaining('are the same file'),
    };
    expect(refused(file, file)).toEqual({ ...error, message: `${file} is given twice` });
    expect(refused(file, `${directory}/sub/../a.mkv`)).toEqual(error);
    expect(refused(file, join(directory, 'link.mkv'))).toEqual(error);
    expect(refused('-', '-')).toEqual({ ...error, message: '- is given twice' });
    expect(refused('-', 'a', 'b', './-')).toBeUndefined();
  });
});
