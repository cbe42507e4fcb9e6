import { describe, expect, it } from 'vitest';
import { fragmentNumber } from '../../fixtures/connect-profile.ts';
import { FragmentHistory } from '../../src/kvs/fragment-history.ts';

describe('FragmentHistory', () => {
  it('knows what was added, and nothing else', () => {
    const history = new FragmentHistory();
    for (let i = 0; i < 4000; i += 2) history.add(fragmentNumber(i));
    for (let i = 0; i < 4000; i++) expect(history.has(fragmentNumber(i))).toBe(i % 2 === 0);
  });

  it('tells numbers apart that differ in one digit or in length', () => {
    const history = new FragmentHistory();
    history.add('91343852333181432392682062607742920146159169392');
    for (const other of ['91343852333181432392682062607742920146159169393', '9134385', '0']) {
      expect(history.has(other)).toBe(false);
    }
  });

  it('forgets the oldest first, so that it stays small', () => {
    const history = new FragmentHistory();
    const count = 200_000;
    for (let i = 0; i < count; i++) history.add(String(i));
    expect(history.has('0')).toBe(false);
    for (let i = count - 3600; i < count; i++) expect(history.has(String(i))).toBe(true);
  });
});
