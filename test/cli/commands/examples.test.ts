// The examples in every command's help work as printed.

import { afterAll, beforeAll, describe, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { buildOnce, CLI } from '../run-cli.ts';
import { type ExampleShell, openExampleShell } from './example-shell.ts';

let shell: ExampleShell;

beforeAll(async () => {
  buildOnce();
  shell = await openExampleShell(`"${process.execPath}" "${CLI}" "$@"`, COMMANDS);
});
afterAll(() => shell?.close());

describe.each(COMMANDS)('$name', (row) => {
  test('its examples work as printed', () => shell.expectToWork(row));
});
