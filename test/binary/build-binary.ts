// The single binary, built of no more than the Dockerfile's build stage has: what .dockerignore lets through.

import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../cli/run-cli.ts';

export interface Binary {
  /** In a folder that has nothing else. */
  path: string;
  /** What goes along with it. */
  notices: string;
  remove(): void;
}

/** Paths and patterns after `!` in .dockerignore, which leaves everything else out. */
export function letThrough(): string[] {
  const [first, ...others] = readFileSync(join(ROOT, '.dockerignore'), 'utf8').trim().split('\n');
  if (first !== '**') throw new Error('.dockerignore should leave out everything at first');
  return others.map((line) => line.replace(/^!/, ''));
}

export async function buildBinary(): Promise<Binary> {
  const folder = mkdtempSync(join(tmpdir(), 'kvsrec-binary-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const context = join(folder, 'context');
    mkdirSync(context);
    for (const name of letThrough().flatMap(matching)) {
      cpSync(join(ROOT, name), join(context, name), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(context, 'node_modules'));
    await promisify(execFile)(process.execPath, [join('scripts', 'package.mjs')], { cwd: context });
    const built = join(context, 'binary');
    const notices = readFileSync(join(built, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    const path = join(folder, 'bin', 'kvsrec');
    mkdirSync(dirname(path));
    renameSync(join(built, 'kvsrec'), path);
    rmSync(context, { recursive: true });
    return { path, notices, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** The one pattern there is. */
function matching(name: string): string[] {
  return name === 'tsconfig*.json' ? ['tsconfig.json', 'tsconfig.build.json'] : [name];
}
