// Checkpoints on disk, beside the files that they are about: everything another process needs to go on.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { KvsrecError } from '../../errors.ts';
import type { FilePatch } from '../contact-files.ts';
import { replaceDurably } from '../disk-sync.ts';
import { isLongForm } from '../long-form.ts';
import type { FileState } from '../state.ts';
import { STATE_VERSION } from '../state.ts';
import { isSame } from '../written-extents.ts';
import type { CheckpointStore } from './call-recorder.ts';
import type { CaptureState } from './capture-state.ts';

const NAME = /^\.kvsrec-([0-9a-f]{16})\.(?:checkpoint|synced)$/;

/** The newest checkpoint, and the newest that was brought to the disk. */
type Kind = 'checkpoint' | 'synced';

function nameOf(token: string, kind: Kind): string {
  return `.kvsrec-${token}.${kind}`;
}

/** A file as a checkpoint tells of it. */
type Unsettled = Pick<FileState, 'path' | 'temporary' | 'size' | 'unsynced' | 'patches'>;

/** Who writes a checkpoint: a process id alone is soon somebody else's. */
interface Writer {
  host: string;
  pid: number;
  /** When the process began, as the kernel counts; null where it does not tell. */
  began: string | null;
}

interface Document {
  version: typeof STATE_VERSION;
  /** Grows from one to the next, whichever process writes it. */
  sequence: number;
  writer: Writer;
  /** How to find the source again, as its owner has noted it. */
  source: unknown;
  saveMkv: boolean;
  state: CaptureState;
  patches: { path: string; position: number; bytes: string }[];
  /** What others keep beside the recording, as they have noted it. */
  besides?: unknown;
}

/** A recording that can be gone on with. */
export interface Unfinished {
  store: CheckpointFile;
  folder: string;
  source: unknown;
  saveMkv: boolean;
  /** What others kept beside the recording, and the last changes of its files; `state` knows them, too. */
  besides: unknown;
  patches: FilePatch[];
  /** Undefined where the files are as no checkpoint says: then it has to begin anew. */
  state: CaptureState | undefined;
  /** What the recording was asked for, and its first fragment, to begin anew. */
  last: CaptureState;
  /** What was last written did not reach the disk: `state` is not that of the newest checkpoint. */
  fellBack: boolean;
}

export class CheckpointFile implements CheckpointStore {
  readonly token: string;
  readonly path: string;
  readonly #syncedPath: string;
  readonly #source: unknown;
  readonly #saveMkv: boolean;
  readonly #writer = thisProcess();
  /** The checkpoints that were written, as long as somebody has their state. */
  readonly #saved = new WeakMap<CaptureState, Pick<Document, 'sequence' | 'besides'>>();
  #sequence: number;

  /** `source` is what its owner needs to find the source again; no secrets. */
  constructor(
    folder: string,
    source: unknown,
    saveMkv: boolean,
    token = randomBytes(8).toString('hex'),
    sequence = 1,
  ) {
    fs.mkdirSync(folder, { recursive: true });
    this.token = token;
    this.path = path.join(folder, nameOf(token, 'checkpoint'));
    this.#syncedPath = path.join(folder, nameOf(token, 'synced'));
    this.#sequence = sequence;
    this.#source = source;
    this.#saveMkv = saveMkv;
  }

  save(state: CaptureState, patches: readonly FilePatch[], besides?: unknown): void {
    this.#saved.set(state, { sequence: this.#sequence++, besides });
    // A rename is atomic: whoever reads finds the one before or this one, whole. After a power failure there may be
    // neither; hence the other file.
    const fresh = `${this.path}.new`;
    fs.writeFileSync(fresh, this.#text(state, patches));
    fs.renameSync(fresh, this.path);
  }

  async secure(state: CaptureState, patches: readonly FilePatch[]): Promise<void> {
    await replaceDurably(this.#syncedPath, this.#text(state, patches));
  }

  remove(): void {
    for (const file of [this.path, this.#syncedPath]) {
      fs.rmSync(file, { force: true });
      fs.rmSync(`${file}.new`, { force: true });
    }
  }

  #text(state: CaptureState, patches: readonly FilePatch[]): string {
    const { sequence = 0, besides } = this.#saved.get(state) ?? {};
    const document: Document = {
      version: STATE_VERSION,
      sequence,
      writer: this.#writer,
      source: this.#source,
      saveMkv: this.#saveMkv,
      state,
      patches: patches.map(({ bytes, ...where }) => ({
        ...where,
        bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'),
      })),
      besides,
    };
    return JSON.stringify(document);
  }
}

/** The checkpoints in a folder, or the one that `place` is. @throws KvsrecError `no-checkpoint`. */
export function findCheckpoints(place: string): string[] {
  const facts = fs.statSync(place, { throwIfNoEntry: false });
  if (facts?.isFile()) return [place];
  const names = facts?.isDirectory() ? fs.readdirSync(place) : [];
  const tokens = new Set(names.flatMap((name) => NAME.exec(name)?.[1] ?? []));
  if (tokens.size === 0) {
    throw new KvsrecError('no-checkpoint', `there is no unfinished recording in ${place}`, {
      hint: 'Name the folder that was given with -o, or the .checkpoint file in it.',
    });
  }
  return [...tokens].sort().map((token) => path.join(place, nameOf(token, 'checkpoint')));
}

/** What is noted of the source of an unfinished recording, before it is taken over; undefined where nothing can be read. */
export function notedSource(file: string): unknown {
  try {
    const newest = documentOf(read(file));
    return (newest ?? documentOf(read(file.replace(/\.checkpoint$/, '.synced'))))?.source;
  } catch {
    return undefined;
  }
}

/**
 * Takes an unfinished recording over, from its newest checkpoint or, where the files are not as that one says, from the
 * one before that had been brought to the disk.
 * @throws KvsrecError `bad-checkpoint`, `still-recording`.
 */
export function takeOver(file: string): Unfinished {
  const folder = path.dirname(file);
  const token = NAME.exec(path.basename(file))?.[1];
  if (token === undefined) throw bad(file, 'its name is not that of one');
  const newest = read(path.join(folder, nameOf(token, 'checkpoint')));
  const synced = read(path.join(folder, nameOf(token, 'synced')));
  const last = documentOf(newest) ?? documentOf(synced);
  if (last === undefined) throw newest instanceof KvsrecError ? newest : synced;
  for (const { writer } of [newest, synced].flatMap((one) => documentOf(one) ?? [])) {
    if (!isAlive(writer)) continue;
    throw new KvsrecError('still-recording', `${file}: process ${writer.pid} is still recording it`, {
      hint: 'Wait until it is done, or stop it first (SIGINT finishes its files).',
    });
  }
  const found = soundest(folder, documentOf(newest), documentOf(synced));
  const { source, saveMkv } = last;
  const { besides, patches = [], state } = found ?? { besides: last.besides };
  const store = new CheckpointFile(folder, source, saveMkv, token, 1 + sequenceOf(newest, synced));
  const files = state === undefined ? [] : filesOf(state);
  removeStrays(
    folder,
    token,
    files.map(({ temporary }) => path.join(folder, temporary)),
  );
  const made = patches.map(({ bytes, ...where }) => ({ ...where, bytes: Buffer.from(bytes, 'base64') }));
  for (const one of files) one.patches = made.filter((patch) => patch.path === one.temporary);
  return {
    store,
    folder,
    source,
    saveMkv,
    besides,
    patches: made,
    state,
    last: last.state,
    fellBack:
      !(found !== undefined && found.sequence >= sequenceOf(newest)) || documentOf(newest) === undefined,
  };
}

/**
 * The newest checkpoint that the files bear out. The one that was brought to the disk counts from the end of what was
 * written to it: nothing before is changed until the next one.
 */
function soundest(folder: string, newest: Document | undefined, synced: Document | undefined) {
  if (newest !== undefined && !(synced !== undefined && synced.sequence >= newest.sequence)) {
    if (filesOf(newest.state).every((one) => isAsWritten(folder, one, newest))) return newest;
    // With nothing recorded in it, the other one knows less about where to begin.
    if (synced?.state.position === null) return undefined;
  }
  if (synced === undefined) return undefined;
  return filesOf(synced.state).every((one) => isThere(folder, one, synced.state)) ? synced : undefined;
}

/** A checkpoint, why there is none, or undefined without a file. */
function read(file: string): Document | KvsrecError | undefined {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  let document: Document;
  try {
    document = JSON.parse(text) as Document;
  } catch (cause) {
    return bad(file, 'it is not JSON', cause);
  }
  if (document?.version !== STATE_VERSION) return bad(file, `it is not of version ${STATE_VERSION}`);
  if (!Array.isArray(document.state?.engine?.contacts)) return bad(file, 'it names no contacts');
  return document;
}

function documentOf(found: ReturnType<typeof read>): Document | undefined {
  return found instanceof KvsrecError ? undefined : found;
}

function sequenceOf(...found: ReturnType<typeof read>[]): number {
  return Math.max(0, ...found.map((one) => documentOf(one)?.sequence ?? 0));
}

function bad(file: string, what: string, cause?: unknown): KvsrecError {
  return new KvsrecError('bad-checkpoint', `${file} is no checkpoint of this version: ${what}`, {
    hint: 'Record the call again from its first fragment.',
    cause,
  });
}

function filesOf({ engine, dump }: CaptureState): Unsettled[] {
  const open = engine.contacts.flatMap((contact) => ('open' in contact ? contact.open.files.files : []));
  return dump === undefined ? open : [...open, dump];
}

/** Whether a file holds what the checkpoint counts; one of a recording that was being finished may be done. */
function isThere(folder: string, { path: place, temporary, size }: Unsettled, { endedBy }: CaptureState) {
  const facts = fs.statSync(path.join(folder, temporary), { throwIfNoEntry: false });
  if (facts !== undefined) return facts.size >= size;
  return endedBy !== undefined && fs.existsSync(path.join(folder, place));
}

/** Whether what was not on the disk yet is in the file all the same, once the patches are made. */
function isAsWritten(folder: string, file: Unsettled, { state, patches }: Document): boolean {
  if (!isThere(folder, file, state)) return false;
  const temporary = path.join(folder, file.temporary);
  // Under its name it is on the disk, and so it is in the long form, which comes last.
  if (!fs.existsSync(temporary) || isLongForm(temporary)) return true;
  const fd = fs.openSync(temporary, 'r');
  try {
    const own = patches.filter(({ path: place }) => place === file.temporary);
    return (file.unsynced ?? []).every((extent) => {
      const [start, end] = extent;
      const bytes = Buffer.alloc(end - start);
      fs.readSync(fd, bytes, 0, bytes.length, start);
      for (const { position, bytes: text } of own) {
        const patch = Buffer.from(text, 'base64');
        const from = Math.max(start, position);
        const to = Math.min(end, position + patch.length);
        if (from < to) patch.copy(bytes, from - start, from - position, to - position);
      }
      return isSame(extent, bytes);
    });
  } finally {
    fs.closeSync(fd);
  }
}

/** Files that were begun after the checkpoint. */
function removeStrays(folder: string, token: string, known: readonly string[]): void {
  for (const name of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const base = path.basename(name);
    const ours = base.startsWith('.') && base.includes(`.${token}-`) && base.endsWith('.part');
    if (ours && !known.includes(path.join(folder, name))) fs.rmSync(path.join(folder, name));
  }
}

function thisProcess(): Writer {
  return { host: os.hostname(), pid: process.pid, began: began(process.pid) };
}

function isAlive({ host, pid, began: then }: Writer): boolean {
  if (host !== os.hostname() || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' && began(pid) === then;
  }
  return began(pid) === then;
}

/** Field 22 of /proc/PID/stat (proc(5)); the second may hold spaces. */
function began(pid: number): string | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
