import { describe, expect, it } from 'vitest';
import { firstOf, PRODUCER_TIMESTAMP, serviceError, timestampMs } from '../../src/kvs/tags.ts';

const ERROR_ID = 'AWS_KINESISVIDEO_ERROR_ID';
const ERROR_CODE = 'AWS_KINESISVIDEO_ERROR_CODE';

describe('timestampMs', () => {
  it.each([
    ['1726677688.724', 1726677688724],
    ['1726677688', 1726677688000],
    ['0', 0],
    ['1726677688.0005', 1726677688001],
    [undefined, null],
    ['', null],
    ['-1', null],
    ['1e9', null],
    [' 1', null],
    ['1.', null],
    ['1234567890123', null],
  ])('of “%s” is %s', (text, ms) => {
    expect(timestampMs(text)).toBe(ms);
  });
});

describe('firstOf', () => {
  it('takes the names in their order', () => {
    const [media, list] = PRODUCER_TIMESTAMP as [string, string];
    expect(firstOf(new Map([[list, 'b']]), PRODUCER_TIMESTAMP)).toBe('b');
    expect(
      firstOf(
        new Map([
          [list, 'b'],
          [media, 'a'],
        ]),
        PRODUCER_TIMESTAMP,
      ),
    ).toBe('a');
    expect(firstOf(new Map(), PRODUCER_TIMESTAMP)).toBeUndefined();
  });
});

describe('serviceError', () => {
  it('is none without its tags', () => {
    expect(serviceError(new Map([['ContactId', 'a']]))).toBeUndefined();
  });

  it.each([3002, 4000, 4500, 4501, 4502, 4503, 4504, 4505, 4506, 5000])('knows %i', (id) => {
    const byId = serviceError(new Map([[ERROR_ID, String(id)]]))!;
    expect(byId.id).toBe(id);
    expect(byId.meaning).not.toMatch(/reported an error/);
    expect(byId.hint).toMatch(/\.$/);
    expect(serviceError(new Map([[ERROR_CODE, String(id)]]))!.id).toBe(id);
  });

  it('keeps the service’s own words', () => {
    const error = serviceError(
      new Map([
        ['AWS_KINESISVIDEO_EXCEPTION_ERROR_CODE', '4000'],
        ['AWS_KINESISVIDEO_EXCEPTION_MESSAGE', 'it is gone'],
      ]),
    );
    expect(error).toMatchObject({ id: 4000, code: 'it is gone' });
  });

  it('reports what it does not know', () => {
    const error = serviceError(new Map([[ERROR_CODE, 'NewKindOfError']]));
    expect(error).toMatchObject({ id: undefined, code: 'NewKindOfError' });
    expect(error!.hint).not.toBe('');
  });
});
