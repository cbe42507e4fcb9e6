// The drawing of the rooms against the import rule, and the table in CONTRIBUTING against the folders.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../cli/run-cli.ts';
import { DOCUMENT_FILES, readDocument } from './markdown.ts';

interface Rule {
  name: string;
  from: { path?: string };
  to: { path?: string };
}

const { forbidden } = createRequire(import.meta.url)(join(ROOT, '.dependency-cruiser.cjs')) as {
  forbidden: Rule[];
};
const ROOMS = readdirSync(join(ROOT, 'src')).filter((name) =>
  statSync(join(ROOT, 'src', name)).isDirectory(),
);

/** Rows of the drawing: a room, and the rooms that it may not import although they stand above it. */
const DRAWN = [...readDocument('docs/architecture.md').matchAll(/^│ src\/(\S+) +(.*?) *│(.*)$/gm)].map(
  ([, name = '', , beside = '']) => {
    const apart = /not from (.*)/.exec(beside)?.[1];
    return { name, apart: apart === 'any' ? ROOMS : (apart?.split(', ') ?? []) };
  },
);

/** Whether the rules of dependency-cruiser let one room import another. */
function mayImport(from: string, to: string): boolean {
  return !forbidden.some(
    (rule) =>
      rule.from.path !== undefined &&
      rule.to.path !== undefined &&
      new RegExp(rule.from.path).test(`src/${from}/a.ts`) &&
      new RegExp(rule.to.path).test(`src/${to}/b.ts`),
  );
}

test('the drawing has every room', () => {
  expect(DRAWN.map(({ name }) => name).sort()).toEqual([...ROOMS].sort());
});

test('an import may point where the drawing says, and nowhere else', () => {
  for (const [index, { name, apart }] of DRAWN.entries()) {
    for (const [at, other] of DRAWN.entries()) {
      if (at === index) continue;
      const drawn = at < index && !apart.includes(other.name);
      expect(`${name} → ${other.name}: ${mayImport(name, other.name)}`).toBe(
        `${name} → ${other.name}: ${drawn}`,
      );
    }
  }
});

test('the table of CONTRIBUTING has the rooms in their order', () => {
  const rows = [...readDocument('CONTRIBUTING.md').matchAll(/^\| `src\/(\S+?)`/gm)].map(([, name]) => name);
  expect(rows).toEqual(DRAWN.map(({ name }) => name));
});

test('links between the documents lead somewhere', () => {
  const dead: string[] = [];
  for (const file of DOCUMENT_FILES) {
    for (const [, target = ''] of readDocument(file).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path = '', anchor] = target.split('#');
      const place = path === '' ? file : join(dirname(file), path);
      if (!existsSync(join(ROOT, place))) dead.push(`${file}: ${target}`);
      else if (anchor !== undefined && !anchors(place).includes(anchor)) dead.push(`${file}: ${target}`);
    }
  }
  expect(dead).toEqual([]);
});

/** As GitHub makes them of headings. */
function anchors(file: string): string[] {
  return [...readDocument(file).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/ /g, '-'),
  );
}

test('every runtime dependency is justified, and imported', () => {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const rows = [...readDocument('docs/decisions/dependencies.md').matchAll(/^\| `([^`]+)` \|/gm)];
  expect(rows.map(([, name]) => name)).toEqual(Object.keys(dependencies));
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(ROOT, 'src', name), 'utf8'))
    .join('\n');
  const unused = Object.keys(dependencies).filter((name) => !new RegExp(`'${name}['/]`).test(sources));
  expect(unused).toEqual([]);
});

test('what git ignores hides no source', () => {
  const folders = ['src', 'bin', 'scripts', 'test', 'demo', 'bench', 'fixtures', 'deploy', 'docs', 'man'];
  const { status, stdout } = spawnSync(
    'git',
    ['ls-files', '--others', '--ignored', '--exclude-standard', '--', ...folders],
    { cwd: ROOT, encoding: 'utf8' },
  );
  // Outside a clone there is nothing to ask.
  if (status === 0) expect(stdout).toBe('');
});
