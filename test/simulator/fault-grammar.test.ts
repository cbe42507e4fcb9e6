import { describe, expect, it } from 'vitest';
import { parseFault } from '../../src/simulator/fault-grammar.ts';

describe('the grammar of faults', () => {
  it.each<[string, object]>([
    ['end', { kind: 'end' }],
    ['end:bytes=100000', { kind: 'end', bytes: 100_000 }],
    ['cut:fragments=3,nth=2,times=4', { kind: 'cut', fragments: 3, nth: 2, times: 4 }],
    ['reset:after=1.5m', { kind: 'reset', after: 90_000 }],
    ['stall:bytes=7,for=10s,stream=call', { kind: 'stall', bytes: 7, for: 10_000, stream: 'call' }],
    ['in-band:id=4503,fragments=2', { kind: 'in-band', id: 4503, fragments: 2 }],
    ['slow:rate=8000,times=all', { kind: 'slow', rate: 8000, times: 'all' }],
    [
      'error:type=ResourceNotFoundException,operation=listfragments',
      { kind: 'error', type: 'ResourceNotFoundException', operation: 'ListFragments' },
    ],
    ['throttle', { kind: 'error', type: 'ClientLimitExceededException' }],
    [
      'expire:key=AKIAOLD,since=1h',
      { kind: 'error', type: 'ExpiredTokenException', times: 'all', key: 'AKIAOLD', since: 3_600_000 },
    ],
    [
      'refuse-archive:type=ResourceNotFoundException',
      { kind: 'error', type: 'ResourceNotFoundException', times: 'all', operation: 'archive' },
    ],
    ['latency:ms=250', { kind: 'latency', ms: 250 }],
    ['refuse:operation=GetMedia', { kind: 'refuse', operation: 'GetMedia' }],
    ['duplicate:fragment=3', { kind: 'duplicate', fragment: 3 }],
    ['missing:number=9134', { kind: 'missing', number: '9134' }],
    [
      'random:rate=.3,kinds=cut+stall,bytes=9,for=1s',
      { kind: 'random', rate: 0.3, kinds: ['cut', 'stall'], bytes: 9, for: 1000 },
    ],
  ])('%s', (order, fault) => expect(parseFault(order)).toEqual(fault));

  it.each([
    ['', '"" is no fault'],
    ['explode', 'known are end, cut'],
    ['constructor:x=1', '"constructor" is no fault'],
    ['end:', 'expected key=value'],
    ['end:bytes', 'not "bytes"'],
    ['end:bytes=-1', '"bytes=-1" will not do'],
    ['end:id=4000', 'not "id=4000"'],
    ['end:toString=1', 'not "toString=1"'],
    ['in-band', 'it needs id='],
    ['in-band:id=4999', 'will not do'],
    ['slow:rate=0', 'will not do'],
    ['missing:times=2', 'it needs fragment=… or number=…'],
    ['random:rate=1.5', 'will not do'],
    ['random:rate=1,kinds=slow', 'will not do'],
    ['cut:nth=0', 'will not do'],
    ['cut:operation=Nothing', 'will not do'],
  ])('"%s" is refused with the reason', (order, why) => {
    expect(() => parseFault(order)).toThrow(expect.objectContaining({ code: 'bad-fault', exitCode: 2 }));
    expect(() => parseFault(order)).toThrow(why);
  });
});
