// The examples in every command's help work as printed.

import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { buildOnce, CLI, ROOT, scratchDirectory } from '../run-cli.ts';

beforeAll(buildOnce);

describe.each(COMMANDS)('$name', ({ load }) => {
  test('its examples work as printed', async () => {
    const { examples } = await load();
    expect(examples.length).toBeGreaterThan(0);
    for (const { line } of examples) {
      const cwd = scratchDirectory();
      for (const name of ['fixtures', '.kvsrecrc.example']) symlinkSync(join(ROOT, name), join(cwd, name));
      const script = `kvsrec() { "${process.execPath}" "${CLI}" "$@"; }\n${line}`;
      const { status, stderr, stdout } = spawnSync('bash', ['-c', script], { cwd, encoding: 'utf8' });
      expect({ line, status, stderr }).toEqual({ line, status: 0, stderr: '' });
      expect(stdout).not.toBe('');
      if (line.includes('--json')) expect(() => JSON.parse(stdout)).not.toThrow();
    }
  });
});
