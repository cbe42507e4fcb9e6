import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resolveSettings, type Settings } from '../../src/config/resolve-settings.ts';
import { flagName, SETTING_KEYS, SETTINGS, type SettingKey } from '../../src/config/settings.ts';
import { KvsrecError } from '../../src/errors.ts';
import { TRANSCRIPT_ROWS } from './transcript-rows.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kvsrec-config-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const file = (name: string, content: unknown) => {
  const path = join(directory, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

const resolve = (flags: Partial<Record<SettingKey, unknown>> = {}, env: NodeJS.ProcessEnv = {}) =>
  resolveSettings({ flags, env, directory });

async function failure(promise: Promise<unknown>): Promise<KvsrecError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(KvsrecError);
  return error as KvsrecError;
}

interface Row {
  /** As each source spells it, and what it means. */
  flag: [unknown, unknown];
  env: [string, unknown];
  file?: [unknown, unknown];
  /** A wrong value for a flag or variable, and one for a file. */
  bad?: string;
  badInFile?: unknown;
}

const ROWS: Record<SettingKey, Row> = {
  layout: {
    flag: ['stereo', ['stereo']],
    env: ['mix, separate', ['mix', 'separate']],
    file: [['mix'], ['mix']],
    bad: 'stero',
    badInFile: ['mix', 7],
  },
  track: { flag: ['from', 'from'], env: ['to', 'to'], file: ['from', 'from'], bad: 'form', badInFile: true },
  timeline: {
    flag: ['packed', 'packed'],
    env: ['packed', 'packed'],
    file: ['packed', 'packed'],
    bad: 'pack',
    badInFile: 1,
  },
  gapTolerance: { flag: ['0.2s', 200], env: ['50ms', 50], file: [75, 75], bad: 'soon', badInFile: -1 },
  contactId: { flag: ['a', 'a'], env: ['b', 'b'], file: ['c', 'c'], badInFile: 12 },
  match: {
    flag: ['Room=1', { tag: 'Room', value: '1' }],
    env: ['Room=a=b', { tag: 'Room', value: 'a=b' }],
    file: ['Room=', { tag: 'Room', value: '' }],
    bad: 'Room',
    badInFile: { Room: 1 },
  },
  idleTimeout: {
    flag: ['10s', 10_000],
    env: ['500ms', 500],
    file: ['1m', 60_000],
    bad: '30',
    badInFile: -1,
  },
  stallTimeout: { flag: ['5s', 5000], env: ['500', 500], file: [750, 750], bad: '600h', badInFile: 0 },
  maxDuration: {
    flag: ['90m', 5_400_000],
    env: ['2h', 7_200_000],
    file: ['30s', 30_000],
    bad: 'x',
    badInFile: -1,
  },
  retries: { flag: ['3', 3], env: ['5', 5], file: [7, 7], bad: '0', badInFile: 1.5 },
  out: { flag: ['f', 'f'], env: ['e', 'e'], file: ['c', 'c'], badInFile: ['c'] },
  name: { flag: ['f', 'f'], env: ['e', 'e'], file: ['c', 'c'], badInFile: 5 },
  report: {
    flag: [true, true],
    env: ['no', false],
    file: [true, true],
    bad: 'maybe',
    badInFile: 'sometimes',
  },
  overwrite: {
    flag: [true, true],
    env: ['no', false],
    file: [true, true],
    bad: 'maybe',
    badInFile: 'sometimes',
  },
  saveMkv: { flag: [true, true], env: ['no', false], file: [true, true], bad: 'maybe', badInFile: 'x' },
  jobs: { flag: ['auto', 'auto'], env: ['3', 3], file: [4, 4], bad: '0', badInFile: 1.5 },
  concurrency: { flag: ['3', 3], env: ['5', 5], file: [7, 7], bad: 'auto', badInFile: 0 },
  ...TRANSCRIPT_ROWS,
  region: { flag: ['f', 'f'], env: ['e', 'e'], file: ['c', 'c'], badInFile: 5 },
  profile: { flag: ['f', 'f'], env: ['e', 'e'], file: ['c', 'c'], badInFile: 5 },
  endpointUrl: {
    flag: ['http://127.0.0.1:1', 'http://127.0.0.1:1'],
    env: ['https://s3.example.net/x', 'https://s3.example.net/x'],
    file: ['http://[::1]:4566', 'http://[::1]:4566'],
    bad: '127.0.0.1:4566',
    badInFile: 4566,
  },
  upload: {
    flag: ['s3://f', 's3://f'],
    env: ['s3://e/x/', 's3://e/x/'],
    file: ['s3://c/{date}/', 's3://c/{date}/'],
    bad: 'calls/',
    badInFile: 5,
  },
  deleteLocal: { flag: [true, true], env: ['no', false], file: [true, true], bad: 'maybe', badInFile: 2 },
  tag: {
    flag: [
      'a=1,b=',
      [
        { tag: 'a', value: '1' },
        { tag: 'b', value: '' },
      ],
    ],
    env: ['a=b=c', [{ tag: 'a', value: 'b=c' }]],
    file: [['team=x'], [{ tag: 'team', value: 'x' }]],
    bad: 'a',
    badInFile: { a: 1 },
  },
  acl: { flag: ['private', 'private'], env: ['public-read', 'public-read'], bad: 'privat', badInFile: 1 },
  sse: { flag: ['AES256', 'AES256'], env: ['aws:kms', 'aws:kms'], bad: 'kms', badInFile: true },
  kmsKeyId: { flag: ['f', 'f'], env: ['e', 'e'], file: ['c', 'c'], badInFile: 5 },
  storageClass: { flag: ['GLACIER', 'GLACIER'], env: ['SNOW', 'SNOW'], bad: 'standard', badInFile: 5 },
  json: { flag: [true, true], env: ['0', false], file: ['on', true], bad: 'maybe', badInFile: [] },
  quiet: { flag: [true, true], env: ['off', false], file: [true, true], bad: 'maybe', badInFile: 2 },
  verbose: { flag: [true, true], env: ['false', false], file: [true, true], bad: 'maybe', badInFile: 'x' },
  color: { flag: [false, false], env: ['auto', 'auto'], file: [true, true], bad: 'always', badInFile: 'x' },
  config: { flag: ['given.json', 'given.json'], env: ['given.json', 'given.json'] },
};

describe.each(SETTING_KEYS)('%s', (key) => {
  const row = ROWS[key];
  const variable = SETTINGS[key].env;

  test('default', async () => {
    const { values, origins } = await resolve();
    expect(values[key]).toEqual(SETTINGS[key].default);
    expect(origins[key]).toEqual({ source: 'default', place: null });
  });

  test('flag before environment before config file before default', async () => {
    file('given.json', {});
    const path = row.file ? file('.kvsrecrc', { [key]: row.file[0] }) : null;
    const env = { [variable]: row.env[0] };

    const withFile = await resolve();
    if (row.file) {
      expect(withFile.values[key]).toEqual(row.file[1]);
      expect(withFile.origins[key]).toEqual({ source: 'file', place: path });
    }
    const withEnv = await resolve({}, env);
    expect(withEnv.values[key]).toEqual(row.env[1]);
    expect(withEnv.origins[key]).toEqual({ source: 'env', place: variable });

    const withFlag = await resolve({ [key]: row.flag[0] }, env);
    expect(withFlag.values[key]).toEqual(row.flag[1]);
    expect(withFlag.origins[key]).toEqual({ source: 'flag', place: flagName(key) });
  });

  test.skipIf(row.bad === undefined)('a bad value names the flag or the variable', async () => {
    const ofFlag = await failure(resolve({ [key]: row.bad }));
    expect(ofFlag).toMatchObject({ code: 'bad-setting', exitCode: 2 });
    expect(ofFlag.message).toContain(` for ${flagName(key)}: expected `);
    expect(ofFlag.message).toContain(JSON.stringify(row.bad));

    const ofEnv = await failure(resolve({}, { [variable]: row.bad }));
    expect(ofEnv).toMatchObject({ code: 'bad-setting', exitCode: 2 });
    expect(ofEnv.message).toContain(` for ${variable}: expected `);
  });

  test.skipIf(row.badInFile === undefined)(
    'a bad value in a config file names the file and the key',
    async () => {
      const path = file('.kvsrecrc', { [key]: row.badInFile });
      const error = await failure(resolve());
      expect(error).toMatchObject({ code: 'bad-setting', exitCode: 2 });
      expect(error.message).toContain(` for "${key}" in ${path}: expected `);
    },
  );
});

describe('all sources', () => {
  test('a bad value is an error even where another source overrides it', async () => {
    file('.kvsrecrc', 'track: sideways');
    expect((await failure(resolve({ track: 'to' }))).message).toContain('"sideways"');
  });

  test('an empty variable counts as not set; an empty flag does not', async () => {
    expect((await resolve({}, { KVSREC_OUT: '' })).values.out).toBe('.');
    expect((await failure(resolve({ out: '' }))).message).toContain('for --out: expected a directory');
  });

  test('other variables are none of our business', async () => {
    await expect(
      resolve({}, { KVSREC: 'x', kvsrec_layout: 'x', XKVSREC_LAYOUT: 'x' }),
    ).resolves.toBeDefined();
  });

  test.each([
    ['KVSREC_LAYOT', 'Did you mean KVSREC_LAYOUT?'],
    ['KVSREC_GAPTOLERANCE', 'Did you mean KVSREC_GAP_TOLERANCE?'],
    [
      'KVSREC_SOMETHING_ELSE',
      '"kvsrec config" lists the settings; unset the variable if it is not meant for kvsrec.',
    ],
  ])('the unknown variable %s', async (variable, hint) => {
    const error = await failure(resolve({}, { [variable]: '1' }));
    expect(error).toMatchObject({ code: 'unknown-setting', exitCode: 2, hint });
    expect(error.message).toContain(variable);
  });

  test.each([
    ['layuot', 'Did you mean "layout"?'],
    ['gap-tolerance', 'Did you mean "gapTolerance"?'],
    ['contactid', 'Did you mean "contactId"?'],
    ['frobnicate', /^Known settings: layout, track, .*color\.$/],
    ['config', /^Known settings: /],
  ])('the unknown key %s in a config file', async (key, hint) => {
    const path = file('.kvsrecrc.json', { [key]: 'x' });
    const error = await failure(resolve());
    expect(error).toMatchObject({ code: 'unknown-setting', exitCode: 2 });
    expect(error.message).toBe(`unknown setting "${key}" in ${path}`);
    expect(error.hint).toMatch(hint);
  });

  test.each([
    [{ layout: 'stero,mix' }, 'Did you mean "stereo,mix"?'],
    [{ layout: 'zzz' }, undefined],
    [{ track: 'form' }, 'Did you mean "from"?'],
    [{ timeline: 'PACKED' }, 'Did you mean "packed"?'],
  ])('the nearest right word for %j', async (flags, hint) => {
    expect((await failure(resolve(flags))).hint).toBe(hint);
  });

  test.each([
    ['100', 100],
    ['0', 0],
    ['100ms', 100],
    ['0.1s', 100],
    ['.5 s', 500],
    ['2m', 120_000],
  ])('the gap tolerance %s', async (text, milliseconds) => {
    expect((await resolve({ gapTolerance: text })).values.gapTolerance).toBe(milliseconds);
  });

  test.each(['-1', '1d', '', 'ms', '1e3', 'Infinity', '0x10'])('the bad gap tolerance %j', async (text) => {
    expect((await failure(resolve({ gapTolerance: text }))).code).toBe('bad-setting');
  });

  test('a layout counts once', async () => {
    expect((await resolve({ layout: 'mix,stereo,mix' })).values.layout).toEqual(['mix', 'stereo']);
  });

  test('a long bad value is cut in the message', async () => {
    expect((await failure(resolve({ track: 'x'.repeat(1000) }))).message.length).toBeLessThan(200);
  });
});

describe('config files', () => {
  const out = async (chosen?: string): Promise<Settings['out']> =>
    (await resolve(chosen === undefined ? {} : { config: chosen })).values.out;

  test.each([
    ['.kvsrecrc', 'out: here'],
    ['.kvsrecrc', '{"out": "here"}'],
    ['.kvsrecrc.json', '{"out": "here"}'],
    ['.kvsrecrc.json', '\ufeff{"out": "here"}'],
    ['.kvsrecrc.yaml', 'out: here'],
    ['.kvsrecrc.yml', 'out: here'],
    ['.kvsrecrc.cjs', 'module.exports = { out: "here" };'],
    ['.kvsrecrc.mjs', 'export default { out: "here" };'],
    ['.kvsrecrc.js', 'module.exports = { out: "here" };'],
    ['package.json', '{"name": "x", "kvsrec": {"out": "here"}}'],
  ])('%s', async (name, content) => {
    // Else one in a folder above would say what kind of module a .js file is.
    file('package.json', '{}');
    file(name, content);
    expect(await out()).toBe('here');
  });

  test('a package.json without settings, or one that is broken, is passed over', async () => {
    file('package.json', '{"name": "kvsrec"}');
    file('.kvsrecrc', 'out: here');
    expect(await out()).toBe('here');
    file('package.json', '{"kvsrec": ');
    expect(await out()).toBe('here');
  });

  test('an empty one, and a key without a value, set nothing', async () => {
    file('.kvsrecrc', '');
    expect(await out()).toBe('.');
    file('.kvsrecrc', 'out:\nlayout:\n');
    expect(await out()).toBe('.');
  });

  test('a chosen one replaces the one that would be found', async () => {
    file('.kvsrecrc', 'out: found');
    const path = file('other.yaml', 'out: chosen');
    expect(await out('other.yaml')).toBe('chosen');
    const { values, file: read } = await resolve({}, { KVSREC_CONFIG: path });
    expect(values.out).toBe('chosen');
    expect(read).toBe(path);
  });

  test('a chosen one that is not there', async () => {
    const error = await failure(resolve({ config: 'none.yaml' }));
    expect(error).toMatchObject({ code: 'config-not-found', exitCode: 2 });
    expect(error.message).toContain(join(directory, 'none.yaml'));
  });

  test.each([
    ['.kvsrecrc', 'out: [', /cannot read the config file/],
    ['.kvsrecrc.json', '{"out"', /cannot read the config file/],
    ['.kvsrecrc.json', '{"out": "x",}', /: Expected .* JSON at position 12/],
    ['.kvsrecrc', 'out: x\nout: y\n', /: duplicated mapping key/],
    ['.kvsrecrc.cjs', 'throw new Error("no\\nway");', /: no$/],
    ['.kvsrecrc', '- out', /holds no settings/],
    ['.kvsrecrc', 'out', /holds no settings/],
  ])('a broken %s: %s', async (name, content, message) => {
    const path = file(name, content);
    const error = await failure(resolve());
    expect(error).toMatchObject({ code: 'bad-config-file', exitCode: 2 });
    expect(error.message).toContain(path);
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  });
});
