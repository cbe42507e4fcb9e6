import { describe, expect, test } from 'vitest';
import { statusOfSignal, statusOfWarnings, worstStatus } from '../../src/cli/exit-status.ts';
import type { WarningCode } from '../../src/recording/types.ts';

describe('exit status', () => {
  test.each<[WarningCode, number]>([
    ['truncated', 3],
    ['corrupt', 3],
    ['service-error', 3],
    ['unsupported-codec', 3],
    ['empty', 3],
    ['gap', 0],
    ['overlap', 0],
    ['duplicate', 0],
    ['no-contact-id', 0],
  ])('of the warning %s is %i', (code, status) => {
    expect(statusOfWarnings([{ code }])).toBe(status);
    expect(statusOfWarnings([{ code: 'gap' }, { code }])).toBe(status);
  });

  test('without warnings is 0', () => expect(statusOfWarnings([])).toBe(0));

  test.each([
    [[], 0],
    [[0, 3, 0], 3],
    [[3, 1, 0], 1],
    [[3, 1, 2], 2],
  ])('of %j together is %i', (statuses, status) => expect(worstStatus(statuses)).toBe(status));

  test('of signals', () => {
    expect(statusOfSignal('SIGINT')).toBe(130);
    expect(statusOfSignal('SIGTERM')).toBe(143);
  });
});
