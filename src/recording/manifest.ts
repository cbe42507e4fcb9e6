// `verify`: what a team's dumps must give, recorded once and compared on every run.
import fs from 'node:fs/promises';
import path from 'node:path';
import { KvsrecError } from '../errors.ts';
import { type FileSource, openFile } from './file-source.ts';
import { inspectSource } from './inspect.ts';
import { type RunHooks, splitSource } from './split.ts';
import { type ContactReport, DEFAULT_RECORDING_OPTIONS, type TrackReport } from './types.ts';

/** Version of the manifest's form. */
const VERSION = 1;

/** What a dump gives, or the code of the error that it must give instead. */
export interface DumpRecord {
  file: string;
  error?: string;
  bytes?: number;
  structure?: { ebmlHeaders: number; segments: number; clusters: number; blocks: number };
  contacts?: (Pick<ContactReport, 'contactId' | 'start' | 'durationMs' | 'fragments'> & {
    tracks: Omit<TrackReport, 'name'>[];
  })[];
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
  /** What the comparison took. */
  durationMs: number;
}

export interface VerifiedManifest {
  manifest: string;
  dumps: VerifiedDump[];
}

export interface VerifyHooks extends RunHooks {
  /** Opens the manifest and the dumps it names, where they may be elsewhere than in files. */
  open?: (place: string) => Promise<FileSource>;
}

/**
 * Compares every dump of a manifest (a file, or a folder with `manifest.json`) with what it records. Dumps are named as
 * they lie beside the manifest, or by an address of their own.
 * @throws KvsrecError `no-manifest`, `bad-manifest`, and what `open` throws.
 */
export async function verifyManifest(target: string, run: VerifyHooks = {}): Promise<VerifiedManifest> {
  const file = await manifestFile(target);
  const manifest = await readManifest(file, run.open);
  const dumps: VerifiedDump[] = [];
  for (const recorded of manifest.dumps) {
    if (run.signal?.aborted) break;
    const began = performance.now();
    const found = await describe(beside(file, recorded.file), recorded.file, run);
    // What was not read to its end cannot be compared.
    if (run.signal?.aborted) break;
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
 * @throws KvsrecError `no-dumps`; `bad-manifest` where the file is there and is something else, which is never replaced.
 */
export async function updateManifest(
  target: string,
  run: VerifyHooks = {},
): Promise<{ manifest: string; dumps: string[] }> {
  const file = await manifestFile(target);
  const folder = path.dirname(file);
  const dumpsThere = (await fs.readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.name.endsWith('.mkv') && !entry.isDirectory())
    .map(({ name }) => name);
  const old = await readManifest(file).catch((error: unknown) => {
    if (error instanceof KvsrecError && error.code === 'no-manifest') return { dumps: [] as DumpRecord[] };
    throw error;
  });
  const names = [...new Set([...old.dumps.map((dump) => dump.file), ...dumpsThere])].sort();
  const present: string[] = [];
  for (const name of names) {
    // What lies elsewhere is looked for where it is read.
    if (isAddress(name)) {
      present.push(name);
      continue;
    }
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
    dumps.push(await describe(beside(file, name), name, run, thatIsWrong));
    run.signal?.throwIfAborted();
  }
  const unfinished = `${file}.${process.pid}.tmp`;
  await fs.writeFile(unfinished, `${JSON.stringify({ version: VERSION, dumps }, null, 2)}\n`);
  await fs.rename(unfinished, file);
  return { manifest: file, dumps: present };
}

function isAddress(place: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(place);
}

/** Where a dump is that a manifest names. */
function beside(manifest: string, dump: string): string {
  if (isAddress(dump)) return dump;
  return isAddress(manifest)
    ? manifest.slice(0, manifest.lastIndexOf('/') + 1) + dump
    : path.join(path.dirname(manifest), dump);
}

async function manifestFile(target: string): Promise<string> {
  if (isAddress(target)) return target.endsWith('/') ? `${target}manifest.json` : target;
  const isFolder = await fs.stat(target).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
  return isFolder ? path.join(target, 'manifest.json') : target;
}

async function readManifest(file: string, open: VerifyHooks['open'] = openFile): Promise<Manifest> {
  let text: string;
  try {
    text = await withSource(file, open, textOf);
  } catch (cause) {
    if (isAddress(file)) throw cause;
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new KvsrecError('no-manifest', `there is no manifest ${file}`, {
      hint: 'kvsrec verify --update DIR writes one for the dumps in DIR.',
      cause,
    });
  }
  const bad = (what: string, cause?: unknown): KvsrecError =>
    new KvsrecError('bad-manifest', `${file} is no manifest: ${what}`, {
      hint: 'Check the name. If it was a manifest once, delete it: kvsrec verify --update writes it anew.',
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

async function textOf(source: FileSource): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of source.chunks()) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

/** Codes of the errors that tell of a dump itself. */
const OF_THE_DUMP: ReadonlySet<string> = new Set([
  'empty-input',
  'not-matroska',
  'no-audio-track',
  'output-collision',
]);

/** An error that says nothing of the dump, only that it could not be had, is not to be recorded as what it gives. */
function thatIsWrong(error: unknown): never {
  throw error;
}

/** @param unread What becomes of an error of the system; recorded as its code if not given. */
async function describe(
  place: string,
  file: string,
  run: VerifyHooks,
  unread?: (error: unknown) => never,
): Promise<DumpRecord> {
  const open = run.open ?? openFile;
  const hooks: RunHooks = run.signal === undefined ? {} : { signal: run.signal };
  try {
    const report = await withSource(place, open, (source) =>
      splitSource(source, undefined, { ...DEFAULT_RECORDING_OPTIONS, digest: true }, hooks),
    );
    const structure = await withSource(place, open, (source) => inspectSource(source, {}, hooks));
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
    if (error instanceof KvsrecError && (unread === undefined || OF_THE_DUMP.has(error.code))) {
      return { file, error: error.code };
    }
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    unread?.(error);
    return { file, error: code };
  }
}

async function withSource<T>(
  place: string,
  open: NonNullable<VerifyHooks['open']>,
  use: (source: FileSource) => Promise<T>,
): Promise<T> {
  const source = await open(place);
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
