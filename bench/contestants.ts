// Who is measured, and with which commands.
import path from 'node:path';
import type { Command } from './measure.ts';

export interface Contestant {
  name: string;
  /** What `--only` knows it by; without one it is always measured. */
  key?: string;
  commands: Command[];
  /** Its output is to be the same PCM as kvsrec's. */
  checked?: boolean;
}

export interface Inputs {
  root: string;
  dump: string;
  /** The dump for ffmpeg; undefined where there is no ffmpeg. */
  declared: string | undefined;
  /** Where output goes; emptied before every run. */
  out: string;
}

export const KEYS = ['ebml', 'ebml-stream', 'mediabunny', 'ffmpeg', 'layouts', 'json', 'startup'] as const;

const NODE = process.execPath;
const cli = (root: string) => path.join(root, 'dist', 'bin', 'kvsrec.js');

export const YARDSTICK = ['cp', 'node -e 0'] as const;
export const SPLIT = 'kvsrec split';
export const LAYOUTS = 'kvsrec split --layout separate,stereo,mix';
export const JSON_DIGEST = 'kvsrec split --json';

/** The processes that do the work on `dump`, kvsrec first among those that write PCM. */
export function workers({ root, dump, declared, out }: Inputs): Contestant[] {
  const pcm = [1, 2].map((track) => path.join(out, `${track}.pcm`));
  const split = splitCommand(root, dump, out);
  const reader = (key: string): Contestant => ({
    name: key,
    key,
    commands: [[NODE, path.join(root, 'bench', 'readers', `${key}.mjs`), dump, ...pcm]],
    checked: true,
  });
  const ffmpeg = pcm.map((file, track) => [
    ...['ffmpeg', '-v', 'error', '-nostdin', '-y', '-i', declared ?? ''],
    ...['-map', `0:${track}`, '-c', 'copy', '-f', 'data', file],
  ]);
  return [
    { name: YARDSTICK[0], commands: [['cp', dump, path.join(out, 'copy.mkv')]] },
    nothing(),
    { name: SPLIT, commands: [split], checked: true },
    { name: LAYOUTS, key: 'layouts', commands: [[...split, '--layout', 'separate,stereo,mix']] },
    { name: JSON_DIGEST, key: 'json', commands: [[...split, '--json']] },
    reader('ebml'),
    reader('ebml-stream'),
    reader('mediabunny'),
    ...(declared === undefined ? [] : [{ name: 'ffmpeg', key: 'ffmpeg', commands: ffmpeg, checked: true }]),
  ];
}

/** The processes that only start. */
export function starters(root: string): Contestant[] {
  const start = (option: string) => ({ name: `kvsrec ${option}`, commands: [[NODE, cli(root), option]] });
  return [nothing(), start('--version'), start('--help')];
}

export function splitCommand(root: string, dump: string, out: string): Command {
  return [NODE, cli(root), 'split', dump, '-o', out];
}

function nothing(): Contestant {
  return { name: YARDSTICK[1], commands: [[NODE, '-e', '0']] };
}
