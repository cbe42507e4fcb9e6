// A build of the sources as they are.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** Builds `dist` where there is none or where a source is newer. */
export function ensureBuilt(root: string): void {
  const built = fs.statSync(path.join(root, 'dist', 'bin', 'kvsrec.js'), { throwIfNoEntry: false });
  const isNewer = (file: string) =>
    built === undefined || fs.statSync(path.join(root, file)).mtimeMs > built.mtimeMs;
  const sources = ['src', 'bin'].flatMap((folder) =>
    fs
      .readdirSync(path.join(root, folder), { recursive: true })
      .map((name) => path.join(folder, String(name))),
  );
  if ([...sources, 'package.json', 'scripts/build.mjs'].some(isNewer)) {
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  }
}
