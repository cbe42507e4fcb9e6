// `verify`: what a team's dumps must give, recorded once and compared on every run.
import fs from 'node:fs/promises';
import path from 'node:path';
import { KvsrecError } from '../errors.ts';
import { openFile } from './file-source.ts';
import { inspectSource } from './inspect.ts';
import { type RunHooks, splitSource } from './split.ts';
import { DEFAULT_RECORDING_OPTIONS } from './types.ts';

/** Version of the manifest's form. */
const VERSION = 1;

/** What a dump gives, or the code of the error that it must give instead. */
export interface DumpRecord {
  file: string;
  error?: string;
  bytes?: number;
  structure?: { ebmlHeaders: number; segments: number; clusters: number; blocks: number };
  contacts?: {
    contactId: string | null;
    start: string;
    durationMs: number;
    fragments: { count: number; first: string | null; last: string | null; duplicates: number };
    tracks: {
      direction: string;
      encoding: string;
      sampleRate: number;
      channels: number;
      samples: number;
      silenceMs: number;
      pcmSha256: string | null;
    }[];
  }[];
  /** Warnings by code and number, for example `corrupt` 1. */
  warnings?: Record<string, number>;
}

export interface Manifest {
  version: number;
  dumps: DumpRecord[];
}

export interface VerifiedDump {
  dump: string;
  ok: boolean;
  /** Each as `contacts[0].tracks[1].samples: recorded 8000, found 7936`. */
  differences: string[];
  durationMs: number;
}

/**
 * Compares every dump of a manifest (a file, or a folder with `manifest.json`) with what it records.
 * @throws KvsrecError `no-manifest`, `bad-manifest`.
 */
export async function verifyManifest(
  target: string,
  run: RunHooks = {},
): Promise<{ manifest: string; dumps: VerifiedDump[] }> {
  const file = await manifestFile(target);
  const manifest = await readManifest(file);
  const dumps: VerifiedDump[] = [];
  for (const recorded of manifest.dumps) {
    if (run.signal?.aborted) break;
    const began = performance.now();
    const found = await describe(path.join(path.dirname(file), recorded.file), recorded.file, run);
    const differences = compare(recorded, found);
    dumps.push({
      dump: recorded.file,
      ok: differences.length === 0,
      differences,
      durationMs: Math.round(performance.now() - began),
    });
  }
  return { manifest: file, dumps };
}

/**
 * Writes the manifest of a folder's `.mkv` files, or of the files that an existing manifest names and those beside it.
 * @throws KvsrecError `no-dumps`.
 */
export async function updateManifest(
  target: string,
  run: RunHooks = {},
): Promise<{ manifest: string; dumps: string[] }> {
  const file = await manifestFile(target);
  const folder = path.dirname(file);
  const beside = (await fs.readdir(folder)).filter((name) => name.endsWith('.mkv'));
  const old = await readManifest(file).catch(() => ({ dumps: [] as DumpRecord[] }));
  const names = [...new Set([...old.dumps.map((dump) => dump.file), ...beside])].sort();
  const present: string[] = [];
  for (const name of names) {
    const there = await fs.access(path.join(folder, name)).then(
      () => true,
      () => false,
    );
    if (there) present.push(name);
  }
  if (present.length === 0) {
    throw new KvsrecError('no-dumps', `there are no .mkv files beside ${file}`, {
      hint: 'Name the folder that holds the dumps.',
    });
  }
  const dumps: DumpRecord[] = [];
  for (const name of present) {
    run.signal?.throwIfAborted();
    dumps.push(await describe(path.join(folder, name), name, run));
  }
  const unfinished = `${file}.${process.pid}.tmp`;
  await fs.writeFile(unfinished, `${JSON.stringify({ version: VERSION, dumps }, null, 2)}\n`);
  await fs.rename(unfinished, file);
  return { manifest: file, dumps: present };
}

async function manifestFile(target: string): Promise<string> {
  const isFolder = await fs.stat(target).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
  return isFolder ? path.join(target, 'manifest.json') : target;
}

async function readManifest(file: string): Promise<Manifest> {
  let text: string;
  try {
    text = await fs.readFile(file, 'utf8');
  } catch (cause) {
    throw new KvsrecError('no-manifest', `there is no manifest ${file}`, {
      hint: 'kvsrec verify --update DIR writes one for the dumps in DIR.',
      cause,
    });
  }
  const bad = (what: string, cause?: unknown): KvsrecError =>
    new KvsrecError('bad-manifest', `${file} is no manifest: ${what}`, {
      hint: 'kvsrec verify --update writes it anew.',
      cause,
    });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw bad('it is not JSON', cause);
  }
  const { version, dumps } = (parsed ?? {}) as Partial<Manifest>;
  if (version !== VERSION) throw bad(`its version is not ${VERSION}`);
  if (!Array.isArray(dumps) || dumps.some((dump) => typeof dump?.file !== 'string')) {
    throw bad('it lists no dumps');
  }
  return { version, dumps };
}

async function describe(place: string, file: string, run: RunHooks): Promise<DumpRecord> {
  const hooks: RunHooks = run.signal === undefined ? {} : { signal: run.signal };
  try {
    const report = await withFile(place, (source) =>
      splitSource(source, undefined, { ...DEFAULT_RECORDING_OPTIONS, digest: true }, hooks),
    );
    const structure = await withFile(place, (source) => inspectSource(source, {}, hooks));
    const warnings: Record<string, number> = {};
    for (const { code, count } of report.warnings) warnings[code] = (warnings[code] ?? 0) + (count ?? 1);
    return {
      file,
      bytes: report.bytes,
      structure: {
        ebmlHeaders: structure.ebmlHeaders,
        segments: structure.segments,
        clusters: structure.clusters,
        blocks: structure.blocks,
      },
      contacts: report.contacts.map(({ contactId, start, durationMs, fragments, tracks }) => ({
        contactId,
        start,
        durationMs,
        fragments,
        tracks: tracks.map(({ name: _, ...track }) => track),
      })),
      warnings,
    };
  } catch (error) {
    if (error instanceof KvsrecError) return { file, error: error.code };
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { file, error: code };
  }
}

async function withFile<T>(
  place: string,
  use: (source: Awaited<ReturnType<typeof openFile>>) => Promise<T>,
): Promise<T> {
  const source = await openFile(place);
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

/** Every value that differs, by its place. */
function compare(recorded: unknown, found: unknown, place = ''): string[] {
  if (isObject(recorded) && isObject(found)) {
    const keys = new Set([...Object.keys(recorded), ...Object.keys(found)]);
    return [...keys].flatMap((key) => {
      const inside = Array.isArray(recorded) ? `${place}[${key}]` : place === '' ? key : `${place}.${key}`;
      return compare(recorded[key], found[key], inside);
    });
  }
  if (recorded === found) return [];
  return [`${place}: recorded ${text(recorded)}, found ${text(found)}`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
