import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fragmentNumber } from '../../fixtures/connect-profile.ts';
import { FragmentHistory, NumberRun } from '../../src/kvs/fragment-history.ts';

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

it('answers the same for runs of numbers as for one after the other, whatever is asked between', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('run' as const), count: fc.integer({ min: 1, max: 6 }) }),
    fc.record({
      kind: fc.constantFrom('add' as const, 'odd' as const, 'ask' as const),
      count: fc.nat({ max: 40 }),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const runs = new FragmentHistory(8);
      const singly = new FragmentHistory(8);
      const give = (history: FragmentHistory, name: string) => {
        history.add(name);
        history.give(name, `contact of ${name}`);
      };
      let next = 2000;
      for (const { kind, count } of steps) {
        if (kind === 'run') {
          const names = Array.from({ length: count }, () => String(next++));
          runs.addRun(new NumberRun(names.join(''), count), 'contact');
          for (const name of names) {
            singly.add(name);
            singly.give(name, 'contact');
          }
          expect(runs.greatest).toBe(names.at(-1));
        } else if (kind === 'add') {
          next += count;
          for (const history of [runs, singly]) give(history, String(next));
          next++;
        } else if (kind === 'odd') {
          const name = `${next}/${count}`;
          if (!singly.has(name)) for (const history of [runs, singly]) give(history, name);
        } else {
          const name = String(next - count);
          expect(runs.has(name)).toBe(singly.has(name));
          expect(runs.ownerOf(name)).toBe(singly.ownerOf(name));
        }
      }
      expect(runs.newest(20)).toEqual(singly.newest(20));
    }),
  );
});
