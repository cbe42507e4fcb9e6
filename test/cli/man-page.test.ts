// The man page is that of the present help, and a formatter has nothing to say against it.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { manPage } from '../../scripts/man-page.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { reference } from '../../src/cli/reference.ts';
import { ROOT } from './run-cli.ts';

const PAGE = join(ROOT, 'man', 'kvsrec.1');

describe('man/kvsrec.1', () => {
  test('is what "npm run man" writes', async () => {
    expect(readFileSync(PAGE, 'utf8')).toBe(await manPage());
  });

  test('has every command and every option', async () => {
    const page = readFileSync(PAGE, 'utf8').replaceAll('\\-', '-');
    for (const { name, options } of (await reference(COMMANDS)).commands) {
      expect(page).toContain(`kvsrec ${name}`);
      for (const { long } of options) expect(page).toContain(`\\fB${long}\\fR`);
    }
  });

  test('is right by mandoc', ({ skip }) => {
    const { error, status, stdout } = spawnSync('mandoc', ['-Tlint', '-Wwarning', PAGE], {
      encoding: 'utf8',
    });
    skip(error !== undefined, 'mandoc is not installed here');
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  test('is formatted by groff without a warning', ({ skip }) => {
    const args = ['-man', '-Tutf8', '-P-cbou', '-ww', PAGE];
    const { error, stdout, stderr } = spawnSync('groff', args, { encoding: 'utf8' });
    skip(error !== undefined, 'groff is not installed here');
    expect(stderr).toBe('');
    expect(stdout).toContain('GLOBAL OPTIONS');
  });
});
