import { expect, test } from 'vitest';
import { elementNames } from '../../src/cli/element-names.ts';

test('names of elements, from the package', async () => {
  const names = await elementNames();
  expect(names.get(0x1a45dfa3)).toEqual({ name: 'EBML', type: 'master', level: 0 });
  expect(names.get(0x18538067)).toEqual({ name: 'Segment', type: 'master', level: 0 });
  expect(names.get(0xa3)).toEqual({ name: 'SimpleBlock', type: 'binary', level: 2 });
  expect(names.get(0xd7)?.type).toBe('unsigned');
  expect(names.get(0x536e)?.type).toBe('utf-8');
});
