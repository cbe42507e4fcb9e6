// What the figures were measured on.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** The installed ffmpeg's version; undefined where there is none. */
export function ffmpegVersion(): string | undefined {
  const { status, stdout } = spawnSync('ffmpeg', ['-version'], { encoding: 'utf8' });
  return status === 0 ? /version (\S+)/.exec(stdout)?.[1] : undefined;
}

/** The machine and the versions in a line; the file system is `folder`'s. */
export function machineLine(root: string, folder: string): string {
  const cpus = os.cpus();
  const packages = ['ebml', 'ebml-stream', 'mediabunny'].map((name) => `${name} ${versionOf(root, name)}`);
  const ffmpeg = ffmpegVersion();
  return [
    `${cpus[0]?.model.trim()}, ${cpus.length} cores`,
    `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    `${os.type()} ${os.release()}`,
    ...fileSystem(folder),
    `Node.js ${process.version}${certificates()}`,
    ...packages,
    ...(ffmpeg === undefined ? [] : [`ffmpeg ${ffmpeg}`]),
  ].join(', ');
}

/** Node reads these at every start, which can take longer than all the rest of it. */
function certificates(): string {
  return process.env.NODE_EXTRA_CA_CERTS ? ' with NODE_EXTRA_CA_CERTS' : '';
}

function versionOf(root: string, name: string): string {
  return JSON.parse(fs.readFileSync(path.join(root, 'node_modules', name, 'package.json'), 'utf8')).version;
}

function fileSystem(folder: string): string[] {
  const { status, stdout } = spawnSync('df', ['--output=fstype', folder], { encoding: 'utf8' });
  return status === 0 ? [stdout.trim().split(/\s+/).at(-1)!] : [];
}
