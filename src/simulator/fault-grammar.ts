// The grammar of `--fault`: KIND or KIND:key=value,key=value.
import { parseDuration } from '../duration.ts';
import { KvsrecError } from '../errors.ts';
import type { Fault } from './faults.ts';
import { OPERATIONS } from './operations.ts';
import { IN_BAND_ERRORS } from './service-error.ts';

type Read = (text: string) => unknown;

const count: Read = (text) => (/^\d+$/.test(text) ? Number(text) : undefined);
const text: Read = (value) => (value === '' ? undefined : value);
const decimal: Read = (value) => (/^\d+$/.test(value) ? value : undefined);

const probability: Read = (value) => {
  const number = /^(\d+(\.\d*)?|\.\d+)$/.test(value) ? Number(value) : Number.NaN;
  return number <= 1 ? number : undefined;
};

const AIM: Record<string, Read> = {
  stream: text,
  operation: (value) =>
    [...OPERATIONS, 'archive'].find((operation) => operation.toLowerCase() === value.toLowerCase()),
  key: text,
  nth: (value) => (count(value) === 0 ? undefined : count(value)),
  times: (value) => (value === 'all' ? value : count(value) === 0 ? undefined : count(value)),
  since: parseDuration,
};

const PLACE: Record<string, Read> = { bytes: count, fragments: count, after: parseDuration };
const BREAKS = ['end', 'cut', 'reset', 'stall'] as const;

const KINDS: Record<string, { keys: Record<string, Read>; needs?: readonly string[]; gives?: object }> = {
  end: { keys: PLACE },
  cut: { keys: PLACE },
  reset: { keys: PLACE },
  stall: { keys: { ...PLACE, for: parseDuration } },
  'in-band': {
    keys: {
      id: (value) => (value in IN_BAND_ERRORS ? Number(value) : undefined),
      fragments: count,
      after: parseDuration,
    },
    needs: ['id'],
  },
  slow: { keys: { rate: (value) => (count(value) === 0 ? undefined : count(value)) }, needs: ['rate'] },
  error: { keys: { type: text, status: count, message: text }, needs: ['type'] },
  throttle: { keys: {}, gives: { kind: 'error', type: 'ClientLimitExceededException' } },
  expire: {
    keys: {},
    gives: { kind: 'error', type: 'ExpiredTokenException', times: 'all' },
  },
  'refuse-archive': {
    keys: { type: text },
    gives: { kind: 'error', type: 'NotAuthorizedException', times: 'all', operation: 'archive' },
  },
  latency: { keys: { ms: parseDuration }, needs: ['ms'] },
  refuse: { keys: {} },
  duplicate: { keys: { fragment: count, number: decimal } },
  missing: { keys: { fragment: count, number: decimal } },
  random: {
    keys: {
      rate: probability,
      kinds: (value) => {
        const kinds = value.split('+');
        return kinds.every((kind) => (BREAKS as readonly string[]).includes(kind)) ? kinds : undefined;
      },
      bytes: count,
      for: parseDuration,
    },
    needs: ['rate'],
  },
};

/**
 * Reads one order.
 * @throws KvsrecError `bad-fault` (exit status 2) that names the part that is wrong.
 */
export function parseFault(order: string): Fault {
  const colon = order.indexOf(':');
  const kind = colon < 0 ? order : order.slice(0, colon);
  const form = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (form === undefined)
    throw bad(order, `"${kind}" is no fault; known are ${Object.keys(KINDS).join(', ')}`);
  const fault: Record<string, unknown> = { kind, ...form.gives };
  const keys = { ...form.keys, ...AIM };
  for (const pair of colon < 0 ? [] : order.slice(colon + 1).split(',')) {
    const equals = pair.indexOf('=');
    const key = equals < 0 ? pair : pair.slice(0, equals);
    const read = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (read === undefined || equals < 0) {
      throw bad(order, `expected key=value with one of ${Object.keys(keys).join(', ')}, not "${pair}"`);
    }
    const value = read(pair.slice(equals + 1));
    if (value === undefined || Number.isNaN(value)) throw bad(order, `the value in "${pair}" will not do`);
    fault[key] = value;
  }
  for (const key of form.needs ?? []) if (fault[key] === undefined) throw bad(order, `it needs ${key}=…`);
  if (
    (kind === 'duplicate' || kind === 'missing') &&
    fault.fragment === undefined &&
    fault.number === undefined
  ) {
    throw bad(order, 'it needs fragment=… or number=…');
  }
  return fault as unknown as Fault;
}

function bad(order: string, why: string): KvsrecError {
  return new KvsrecError('bad-fault', `the fault "${order}" cannot be understood: ${why}`, {
    exitCode: 2,
    hint: 'For example: --fault reset:bytes=100000 or --fault error:type=ResourceNotFoundException,nth=2',
  });
}
