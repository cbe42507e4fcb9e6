// The command line uses nothing that the library does not export.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../cli/run-cli.ts';

const ENTRIES = ['src/index.ts', 'src/aws/index.ts', 'src/simulator/index.ts', 'src/lambda/index.ts'];

/** Rooms that are the command line's own. */
const OWN = /^src\/(cli\/|config\/|errors\.ts|duration\.ts|version\.ts)/;

const NAMED_EXPORTS = /export (?:type )?\{([^}]*)\} from '([^']+)'/g;
const ALL_EXPORTS = /export (?:type )?\* from '([^']+)'/g;
const STATIC_IMPORTS = /import (?:type )?\{([^}]*)\} from '(\.[^']+)'/g;
const LATE_IMPORTS = /\{([^{}]*)\} = await import\('(\.[^']+)'\)/g;

const namesOf = (list: string) =>
  list
    .split(',')
    .map((item) =>
      item
        .replace(/^\s*type\s+/, '')
        .split(/ as |:/)[0]!
        .trim(),
    )
    .filter((name) => name !== '');

const readSource = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

const from = (file: string, specifier: string) => path.posix.join(path.posix.dirname(file), specifier);

test('every import of the command line is there for others, too', () => {
  const exported = new Set<string>();
  const whole = new Set(ENTRIES);
  for (const entry of ENTRIES) {
    const source = readSource(entry);
    for (const [, names, specifier] of source.matchAll(NAMED_EXPORTS)) {
      for (const name of namesOf(names!)) exported.add(`${from(entry, specifier!)} ${name}`);
    }
    for (const [, specifier] of source.matchAll(ALL_EXPORTS)) whole.add(from(entry, specifier!));
  }
  let looked = 0;
  const missing: string[] = [];
  const files = readdirSync(path.join(ROOT, 'src/cli'), { recursive: true, encoding: 'utf8' });
  for (const name of files.filter((one) => one.endsWith('.ts'))) {
    const file = `src/cli/${name.replaceAll('\\', '/')}`;
    const source = readSource(file);
    for (const [, names, specifier] of [
      ...source.matchAll(STATIC_IMPORTS),
      ...source.matchAll(LATE_IMPORTS),
    ]) {
      const imported = from(file, specifier!);
      if (OWN.test(imported) || whole.has(imported)) continue;
      for (const one of namesOf(names!)) {
        looked++;
        if (!exported.has(`${imported} ${one}`)) missing.push(`${file}: ${one} of ${imported}`);
      }
    }
  }
  expect(looked).toBeGreaterThan(100);
  expect(missing).toEqual([]);
});
