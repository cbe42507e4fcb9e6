// Completion as the shells themselves do it, with the same candidates in all three.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/commands.ts';
import { reference } from '../../../src/cli/reference.ts';
import { runCli } from '../run-cli.ts';

/** The candidates for each line. */
type Complete = (asked: string[]) => string[][];

const END = '--end--';

const NAMES = COMMANDS.map(({ name }) => name).sort();
const SHELLS: Record<string, Complete> = { bash: inBash, zsh: inZsh, fish: inFish };
/** What the user has typed, and what can stand in place of its last word. */
const CASES: [line: string, candidates: string[]][] = [
  ['kvsrec ', NAMES],
  ['kvsrec sp', ['split']],
  ['kvsrec --verb', ['--verbose']],
  ['kvsrec -v sp', ['split']],
  ['kvsrec --config settings.json insp', ['inspect']],
  ['kvsrec --config se', ['settings.json']],
  ['kvsrec --config=se', ['settings.json']],
  ['kvsrec help rec', ['record']],
  ['kvsrec split --lay', ['--layout']],
  ['kvsrec split --no-c', ['--no-color']],
  ['kvsrec split --layout st', ['stereo']],
  ['kvsrec split --layout=mi', ['mix']],
  ['kvsrec split --layout separate,m', ['separate,mix']],
  ['kvsrec split --layout mix --track ', ['both', 'from', 'to']],
  ['kvsrec split --contact-id ', []],
  ['kvsrec split demo', ['demo call.mkv', 'demo.mkv', 'demos']],
  ['kvsrec split demo.mkv --overwrite demos/', ['demos/other.mkv']],
  ['kvsrec split -o demo', ['demos']],
  ['kvsrec upload demo.mkv --sse aws:kms:', ['aws:kms:dsse']],
  ['kvsrec upload demo.mkv --sse=aws:kms:', ['aws:kms:dsse']],
  ['kvsrec simulate --list-order sh', ['shuffled']],
  ['kvsrec serve-lambda --handler trigger,rec', ['trigger,record']],
  ['kvsrec completion ', ['bash', 'fish', 'zsh']],
];

const folder = mkdtempSync(join(tmpdir(), 'kvsrec-completion-'));
const scripts = new Map<string, string>();

beforeAll(async () => {
  for (const file of ['demo call.mkv', 'demo.mkv', 'settings.json']) writeFileSync(join(folder, file), '');
  mkdirSync(join(folder, 'demos'));
  writeFileSync(join(folder, 'demos', 'other.mkv'), '');
  for (const shell of Object.keys(SHELLS)) {
    const { stdout } = await runCli(['completion', shell]);
    const path = join(tmpdir(), `kvsrec-completion-${process.pid}.${shell}`);
    writeFileSync(path, stdout);
    scripts.set(shell, path);
  }
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const path of scripts.values()) rmSync(path, { force: true });
});

describe.each(Object.keys(SHELLS))('%s', (shell) => {
  const missing = spawnSync(shell, ['--version']).error !== undefined;
  let found = new Map<string, string[]>();

  beforeAll(() => {
    if (missing) return;
    const asked = [...CASES.map(([line]) => line), ...NAMES.map(optionsOf)];
    found = new Map(SHELLS[shell]!(asked).map((candidates, index) => [asked[index]!, candidates]));
  });

  test.for(CASES)('%s', ([line, candidates], { skip }) => {
    skip(missing, `${shell} is not installed here`);
    const last = line.slice(line.lastIndexOf(' ') + 1);
    expect(
      found
        .get(line)!
        .map((candidate) => whole(candidate, last))
        .sort(),
    ).toEqual(candidates);
  });

  test('every option that help shows, of every command', async ({ skip }) => {
    skip(missing, `${shell} is not installed here`);
    for (const { name, options } of (await reference(COMMANDS)).commands) {
      const offered = found.get(optionsOf(name))!.map((option) => option.replace(/=$/, ''));
      expect([name, ...offered.sort()]).toEqual([name, ...options.map(({ long }) => long).sort()]);
    }
  });
});

test('a shell that there is none for is refused', async () => {
  const { status, stderr } = await runCli(['completion', 'ksh']);
  expect(status).toBe(2);
  expect(stderr).toContain('bash, zsh, fish');
});

/** A shell may give a candidate from the last break of the word on, and a / after a folder. */
function whole(candidate: string, word: string): string {
  const text = candidate
    .replace(/\/$/, '')
    .replaceAll('\\ ', ' ')
    .replace(/^--[a-z-]+=/, '');
  const value = word.replace(/^--[a-z-]+=/, '');
  const breaks = [',', ':', '/'].map((character) => value.lastIndexOf(character) + 1);
  const before = value.slice(0, Math.max(...breaks));
  return text.startsWith(before) ? text : before + text;
}

function optionsOf(command: string): string {
  return `kvsrec ${command} --`;
}

/** What bash's readline would do: break the line into words, call the function, take its answer. */
function inBash(asked: string[]): string[][] {
  const calls = asked.map((line) => {
    const words = line.match(/ +|[=:]|[^ =:]+/g)!.filter((word) => !word.startsWith(' '));
    if (/[ =]$/.test(line)) words.push('');
    return `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _kvsrec
      printf '%s\\n' "\${COMPREPLY[@]}" ${END}`;
  });
  const script = `source "$1"; COMP_WORDBREAKS='=:'\n${calls.join('\n')}`;
  return answers('bash', ['-c', script, 'bash', scripts.get('bash')!]);
}

function inFish(asked: string[]): string[][] {
  const script = `source $argv[1]; for line in $argv[2..]; complete -C $line; echo ${END}; end`;
  const home = { HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: join(folder, '.data') };
  const found = answers('fish', ['--no-config', '-c', script, scripts.get('fish')!, ...asked], home);
  return found.map((candidates) => candidates.map((candidate) => candidate.replace(/\t.*$/, '')));
}

/** A zsh on a terminal of its own, whose completion writes down the candidates that match. */
function inZsh(asked: string[]): string[][] {
  const capture = fileURLToPath(new URL('capture.zsh', import.meta.url));
  const found = answers('zsh', ['-f', capture, scripts.get('zsh')!, END, ...asked]);
  return found.map((candidates) => [...new Set(candidates)]);
}

/** What a shell prints, up to each end. */
function answers(shell: string, args: string[], env: NodeJS.ProcessEnv = {}): string[][] {
  const options = { cwd: folder, encoding: 'utf8', env: { ...process.env, ...env } } as const;
  const output = execFileSync(shell, args, options);
  return output
    .split(`${END}\n`)
    .slice(0, -1)
    .map((text) => text.split('\n').filter(Boolean));
}
