// What all commands share, seen from outside: help, version, settings, the form of errors.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { COMMANDS } from '../../src/cli/commands.ts';
import { buildOnce, CLI, ROOT, runCli, scratchDirectory } from './run-cli.ts';

beforeAll(buildOnce);

const NAMES = COMMANDS.map(({ name }) => name);

describe('version and help', () => {
  test.each([['--version'], ['-V'], ['--json', '--version']])('%s %s', async (...args) => {
    expect(await runCli(args.filter(Boolean))).toEqual({
      status: 0,
      stdout: `${manifest.version}\n`,
      stderr: '',
    });
  });

  test.each([['--help'], ['-h'], ['help']])('%s: every command with its summary', async (flag) => {
    const { status, stdout, stderr } = await runCli([flag]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    // A summary may go on in the next line.
    const unfolded = stdout.replace(/\n {20,}/g, ' ');
    for (const { name, summary } of COMMANDS)
      expect(unfolded).toMatch(new RegExp(`^  ${name}\\b.*  ${summary}`, 'm'));
    expect(stdout).not.toContain('\u001b');
  });

  test('without a command: help and an error', async () => {
    const { status, stdout, stderr } = await runCli([]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: kvsrec /);
    expect(stderr).toMatch(/error: no command was given\nhint: "kvsrec --help" shows what can be given\.\n$/);
  });

  test.each(NAMES)('%s --help: usage, options, examples', async (name) => {
    const { status, stdout, stderr } = await runCli([name, '--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: kvsrec ${name} `));
    expect(stdout).toContain('--json');
    expect(stdout).toMatch(/\nExamples:\n {2}# .+\n {2}.*kvsrec /);
    expect((await runCli(['help', name])).stdout).toBe(stdout);
  });

  test('the overview loads nothing but the program itself', () => {
    const trace = ['--import', `data:text/javascript,${encodeURIComponent(LOADED)}`];
    const loadedBy = (args: string[], env: NodeJS.ProcessEnv = {}) => {
      const options = { encoding: 'utf8', env: { ...process.env, ...env } } as const;
      const { stderr } = spawnSync(process.execPath, [...trace, CLI, ...args], options);
      return stderr.split('\n').filter((path) => /cosmiconfig|\/far\//.test(path));
    };
    expect(loadedBy(['--help'])).toEqual([]);
    // Proves that what is loaded late would be seen.
    expect(loadedBy(['config'], { KVSREC_JOBS: 'x' }).join()).toContain('check-value');
  });
});

/** Prints the URL of every module that is loaded. */
const LOADED = `import { register } from 'node:module';
register('data:text/javascript,' + encodeURIComponent(
  "import { writeSync } from 'node:fs';" +
  "export async function load(url, context, next) { writeSync(2, url + '\\\\n'); return next(url, context); }"
));`;

describe('usage errors', () => {
  test.each([
    [['splt', 'x'], 'unknown-command', "unknown command 'splt'", 'Did you mean split?'],
    [
      ['frobnicate'],
      'unknown-command',
      "unknown command 'frobnicate'",
      '"kvsrec --help" shows what can be given.',
    ],
    [['help', 'splt'], 'unknown-command', "unknown command 'splt'", 'Did you mean split?'],
    [['splt', '--help'], 'unknown-command', "unknown command 'splt'", 'Did you mean split?'],
    [
      ['split', 'x', '--laout', 'mix'],
      'unknown-option',
      "unknown option '--laout'",
      'Did you mean --layout?',
    ],
    [['verify', '--qiet'], 'unknown-option', "unknown option '--qiet'", 'Did you mean --quiet?'],
    [
      ['split'],
      'missing-argument',
      "missing required argument 'input'",
      '"kvsrec split --help" shows what can be given.',
    ],
    [
      ['split', 'x', '--layout'],
      'missing-value',
      "option '--layout <list>' argument missing",
      '"kvsrec split --help" shows what can be given.',
    ],
    [
      ['inspect', 'a', 'b'],
      'unexpected-argument',
      "too many arguments for 'inspect'. Expected 1 argument but got 2.",
      '"kvsrec inspect --help" shows what can be given.',
    ],
    [
      ['upload', 'split', '--frobnicate'],
      'unknown-option',
      "unknown option '--frobnicate'",
      '"kvsrec upload --help" shows what can be given.',
    ],
    [['split', 'a', 'a'], 'duplicate-input', 'a is given twice', 'Give every input once.'],
    [
      ['inspect', 'ftp://x/y'],
      'unsupported-input',
      'ftp://x/y: this version does not read from ftp: addresses',
      null,
    ],
  ])('%j', async (args, code, message, hint) => {
    const { status, stdout, stderr } = await runCli(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(`error: ${message}\n`);
    if (hint !== null) expect(stderr).toBe(`error: ${message}\nhint: ${hint}\n`);

    const json = await runCli([...args, '--json']);
    expect(json.status).toBe(2);
    const { error } = JSON.parse(json.stdout);
    expect(error).toEqual({ code, message, hint: hint ?? expect.any(String) });
  });
});

describe('errors of settings', () => {
  test('a flag, a variable and a config file, each by its name', async () => {
    const cwd = scratchDirectory();
    const flag = await runCli(['config', '--jobs', 'many'], { cwd });
    expect(flag).toEqual({
      status: 2,
      stdout: '',
      stderr: 'error: bad value "many" for --jobs: expected a whole number from 1, or auto\n',
    });
    const variable = await runCli(['config'], { cwd, env: { KVSREC_TRACK: 'bth' } });
    expect(variable).toEqual({
      status: 2,
      stdout: '',
      stderr:
        'error: bad value "bth" for KVSREC_TRACK: expected one of from, to, both\nhint: Did you mean "both"?\n',
    });
    writeFileSync(join(cwd, '.kvsrecrc'), 'timline: packed');
    const file = await runCli(['config', '--json'], { cwd });
    expect(file.status).toBe(2);
    expect(JSON.parse(file.stdout)).toEqual({
      error: {
        code: 'unknown-setting',
        message: `unknown setting "timline" in ${join(cwd, '.kvsrecrc')}`,
        hint: 'Did you mean "timeline"?',
      },
    });
  });

  test('what a config file says cannot steer the terminal', async () => {
    const cwd = scratchDirectory();
    writeFileSync(join(cwd, '.kvsrecrc.json'), JSON.stringify({ '\u001b[31m': 1 }));
    expect((await runCli(['config'], { cwd })).stderr).toContain('unknown setting "\\x1b[31m"');
  });

  test('json from a variable goes for errors, too; --no-json takes it back', async () => {
    const env = { KVSREC_JSON: 'true' };
    expect(JSON.parse((await runCli(['splt'], { env })).stdout).error.code).toBe('unknown-command');
    expect((await runCli(['splt', '--no-json'], { env })).stdout).toBe('');
  });

  test('--verbose adds the stack, and nothing else does', async () => {
    const plain = await runCli(['config', '--jobs', '0']);
    const verbose = await runCli(['config', '--jobs', '0', '--verbose']);
    expect(plain.stderr).not.toContain('    at ');
    expect(verbose.stderr).toMatch(/^error: bad value .*\n(.*\n)* {4}at /);
  });
});

describe('config', () => {
  test('a table', async () => {
    const cwd = scratchDirectory();
    const args = ['config', '--layout', 'mix', '--match', 'A=b', '--tag', 'team=claims,case='];
    const { status, stdout, stderr } = await runCli(args, { cwd });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^setting +value +from\nlayout +mix +flag --layout\ntrack +both +default\n/);
    expect(stdout).toMatch(/^match +A=b +flag --match$/m);
    expect(stdout).toMatch(/^tag +team=claims,case= +flag --tag$/m);
    expect(stdout).toMatch(/^contactId +- +default$/m);
  });

  test('--json: values and origins from all four sources', async () => {
    const cwd = scratchDirectory();
    const path = join(cwd, '.kvsrecrc');
    writeFileSync(path, 'layout: [mix]\ntrack: from\ntimeline: packed\nout: files\n');
    const env = { KVSREC_TRACK: 'to', KVSREC_TIMELINE: 'aligned', KVSREC_QUIET: 'yes' };
    const { status, stdout } = await runCli(['config', '--json', '--timeline', 'packed'], { cwd, env });
    expect(status).toBe(0);
    const { file, settings } = JSON.parse(stdout);
    expect(file).toBe(path);
    expect(settings).toMatchObject({
      layout: { value: ['mix'], source: 'file', place: path },
      track: { value: 'to', source: 'env', place: 'KVSREC_TRACK' },
      timeline: { value: 'packed', source: 'flag', place: '--timeline' },
      jobs: { value: 1, source: 'default', place: null },
      match: { value: null, source: 'default', place: null },
      quiet: { value: true, source: 'env', place: 'KVSREC_QUIET' },
    });
  });

  test('global flags may stand before the command', async () => {
    expect(JSON.parse((await runCli(['--json', 'config'])).stdout).settings.json.source).toBe('flag');
  });

  test('the example file as it stands', async () => {
    const { status, stdout } = await runCli([
      'config',
      '--config',
      join(ROOT, '.kvsrecrc.example'),
      '--json',
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).file).toBe(join(ROOT, '.kvsrecrc.example'));
  });

  test('--color and --no-color', async () => {
    expect((await runCli(['config', '--color'])).stdout).toContain('\u001b[1msetting');
    expect((await runCli(['config', '--color', '--no-color'])).stdout).not.toContain('\u001b');
    expect((await runCli(['config'], { env: { KVSREC_COLOR: 'yes' } })).stdout).toContain('\u001b[1msetting');
  });
});

describe('a standard output that fails', () => {
  test('a closed pipe ends the program without a word', () => {
    const { stdout, stderr } = spawnSync(
      'bash',
      ['-c', `"${process.execPath}" "${CLI}" config | head -c 1; echo " \${PIPESTATUS[0]}"`],
      { encoding: 'utf8' },
    );
    expect({ stdout, stderr }).toEqual({ stdout: 's 0\n', stderr: '' });
  });

  test('a closed pipe stops the work, and leaves no file unfinished', () => {
    const folder = scratchDirectory();
    // The first result meets the closed pipe while the second input is under way.
    const [short, long] = ['plain-call', 'demo-call'].map((name) => join(ROOT, 'fixtures', `${name}.mkv`));
    writeFileSync(join(folder, 'long.mkv'), Buffer.concat(Array(100).fill(readFileSync(long!))));
    const line = `"${process.execPath}" "${CLI}" split "${short}" long.mkv -o out --jobs 2 -q | true`;
    spawnSync('bash', ['-c', line], { cwd: folder });
    const files = readdirSync(join(folder, 'out'));
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((name) => !name.endsWith('.wav'))).toEqual([]);
  });

  test('a closed pipe ends what only prints', () => {
    const line = `"${process.execPath}" "${CLI}" inspect fixtures/demo-call.mkv --tree | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', line], { cwd: ROOT, encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' });
  });

  test.skipIf(process.platform !== 'linux')('a full disk is an error', () => {
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', `"${process.execPath}" "${CLI}" config > /dev/full`],
      {
        encoding: 'utf8',
      },
    );
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: 'error: cannot write to standard output: no space is left on the disk\n',
    });
  });
});
