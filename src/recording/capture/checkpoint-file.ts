// Checkpoints on disk, beside the files that they are about: everything another process needs to go on.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { KvsrecError } from '../../errors.ts';
import type { FilePatch } from '../contact-files.ts';
import type { FileState } from '../state.ts';
import { STATE_VERSION } from '../state.ts';
import type { CheckpointStore } from './call-recorder.ts';
import type { CaptureState } from './capture-state.ts';

const NAME = /^\.kvsrec-([0-9a-f]{16})\.checkpoint$/;

/** Who writes a checkpoint: a process id alone is soon somebody else's. */
interface Writer {
  host: string;
  pid: number;
  /** When the process began, as the kernel counts; null where it does not tell. */
  began: string | null;
}

interface Document {
  version: typeof STATE_VERSION;
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
  /** What others kept beside the recording, and the last changes of its files, which are made by now. */
  besides: unknown;
  patches: FilePatch[];
  /** Undefined where the files are not as the checkpoint says, after a power failure: then it has to begin anew. */
  state: CaptureState | undefined;
  /** What the recording was asked for, and its first fragment, to begin anew. */
  last: CaptureState;
}

export class CheckpointFile implements CheckpointStore {
  readonly token: string;
  readonly path: string;
  readonly #source: unknown;
  readonly #saveMkv: boolean;
  readonly #writer = thisProcess();

  /** `source` is what its owner needs to find the source again; no secrets. */
  constructor(folder: string, source: unknown, saveMkv: boolean, token = randomBytes(8).toString('hex')) {
    fs.mkdirSync(folder, { recursive: true });
    this.token = token;
    this.path = path.join(folder, `.kvsrec-${token}.checkpoint`);
    this.#source = source;
    this.#saveMkv = saveMkv;
  }

  save(state: CaptureState, patches: readonly FilePatch[], besides?: unknown): void {
    const document: Document = {
      version: STATE_VERSION,
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
    // A rename is atomic: whoever reads finds the one before or this one, whole.
    const fresh = `${this.path}.new`;
    fs.writeFileSync(fresh, JSON.stringify(document));
    fs.renameSync(fresh, this.path);
  }

  remove(): void {
    fs.rmSync(this.path, { force: true });
    fs.rmSync(`${this.path}.new`, { force: true });
  }
}

/** The checkpoints in a folder, or the one that `place` is. @throws KvsrecError `no-checkpoint`. */
export function findCheckpoints(place: string): string[] {
  const facts = fs.statSync(place, { throwIfNoEntry: false });
  if (facts?.isFile()) return [place];
  const names = facts?.isDirectory() ? fs.readdirSync(place).filter((name) => NAME.test(name)) : [];
  if (names.length === 0) {
    throw new KvsrecError('no-checkpoint', `there is no unfinished recording in ${place}`, {
      hint: 'Name the folder that was given with -o, or the .checkpoint file in it.',
    });
  }
  return names.sort().map((name) => path.join(place, name));
}

/**
 * Takes an unfinished recording over: its files are as they were at the checkpoint when this returns.
 * @throws KvsrecError `bad-checkpoint`, `still-recording`.
 */
export function takeOver(file: string): Unfinished {
  const folder = path.dirname(file);
  const token = NAME.exec(path.basename(file))?.[1];
  const document = read(file);
  if (token === undefined) throw bad(file, 'its name is not that of one');
  const { state, source, saveMkv, writer } = document;
  if (isAlive(writer)) {
    throw new KvsrecError('still-recording', `${file}: process ${writer.pid} is still recording it`, {
      hint: 'Wait until it is done, or stop it first (SIGINT finishes its files).',
    });
  }
  const store = new CheckpointFile(folder, source, saveMkv, token);
  const sound = filesOf(state).every((one) => isThere(folder, one, state));
  if (sound) {
    for (const { path: place, position, bytes } of document.patches)
      patch(path.join(folder, place), position, bytes);
  }
  removeStrays(
    folder,
    token,
    sound ? filesOf(state).map(({ temporary }) => path.join(folder, temporary)) : [],
  );
  const patches = document.patches.map(({ bytes, ...where }) => ({
    ...where,
    bytes: Buffer.from(bytes, 'base64'),
  }));
  const { besides } = document;
  return { store, folder, source, saveMkv, besides, patches, state: sound ? state : undefined, last: state };
}

function read(file: string): Document {
  let document: Document;
  try {
    document = JSON.parse(fs.readFileSync(file, 'utf8')) as Document;
  } catch (cause) {
    if (cause instanceof SyntaxError) throw bad(file, 'it is not JSON', cause);
    throw cause;
  }
  if (document?.version !== STATE_VERSION) throw bad(file, `it is not of version ${STATE_VERSION}`);
  if (!Array.isArray(document.state?.engine?.contacts)) throw bad(file, 'it names no contacts');
  return document;
}

function bad(file: string, what: string, cause?: unknown): KvsrecError {
  return new KvsrecError('bad-checkpoint', `${file} is no checkpoint of this version: ${what}`, {
    hint: 'Record the call again from its first fragment.',
    cause,
  });
}

function filesOf({ engine, dump }: CaptureState): Pick<FileState, 'path' | 'temporary' | 'size'>[] {
  const open = engine.contacts.flatMap((contact) => ('open' in contact ? contact.open.files.files : []));
  return dump === undefined ? open : [...open, dump];
}

/** Whether a file holds what the checkpoint counts; one of a recording that was being finished may be done. */
function isThere(
  folder: string,
  { path: place, temporary, size }: Pick<FileState, 'path' | 'temporary' | 'size'>,
  { endedBy }: CaptureState,
): boolean {
  const facts = fs.statSync(path.join(folder, temporary), { throwIfNoEntry: false });
  if (facts !== undefined) return facts.size >= size;
  return endedBy !== undefined && fs.existsSync(path.join(folder, place));
}

function patch(file: string, position: number, bytes: string): void {
  if (!fs.existsSync(file)) return;
  const fd = fs.openSync(file, 'r+');
  try {
    const buffer = Buffer.from(bytes, 'base64');
    for (let at = 0; at < buffer.length; )
      at += fs.writeSync(fd, buffer, at, buffer.length - at, position + at);
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
