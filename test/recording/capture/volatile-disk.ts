// A disk that forgets: what stands in a folder after a power failure, page by page, as file systems may leave it.
import fs from 'node:fs';
import path from 'node:path';
import type { CheckpointFile } from '../../../src/recording/capture/checkpoint-file.ts';

const PAGE_BYTES = 4096;

export interface Random {
  below(limit: number): number;
}

/** Notes what is brought to the disk, for all files of this process, while it is installed. */
export class VolatileDisk {
  /** By inode: a file's bytes as they were when the disk was last waited for. */
  readonly #onDisk = new Map<number, Buffer>();
  readonly #real = fs.fdatasync;
  readonly #random: Random;

  /** The disk takes up to `delayMs`; what is written meanwhile is not on it. */
  constructor(random: Random, delayMs: number) {
    this.#random = random;
    fs.fdatasync = ((fd: number, done: (error: null) => void) => {
      const { ino, size } = fs.fstatSync(fd);
      const bytes = readable(fd, size);
      const reached = () => {
        if (bytes !== undefined) this.#onDisk.set(ino, bytes);
        done(null);
      };
      setTimeout(reached, random.below(delayMs));
    }) as typeof fs.fdatasync;
  }

  uninstall(): void {
    fs.fdatasync = this.#real;
  }

  /** What a power failure now leaves of `folder` in `image`. `older` are checkpoints whose renaming may be all there is. */
  fail(folder: string, image: string, older: ReadonlyMap<string, readonly (Buffer | null)[]>): void {
    fs.mkdirSync(image);
    for (const name of fs.readdirSync(folder)) {
      if (name.endsWith('.new')) continue;
      const versions = older.get(name);
      const bytes =
        versions === undefined
          ? this.#leftOf(path.join(folder, name))
          : versions[this.#random.below(versions.length)];
      if (bytes != null) fs.writeFileSync(path.join(image, name), bytes);
    }
  }

  #leftOf(file: string): Buffer | null {
    const now = fs.readFileSync(file);
    const then = this.#onDisk.get(fs.statSync(file).ino);
    if (then === undefined && this.#random.below(2) === 0) return null;
    const kept = then ?? Buffer.alloc(0);
    const length =
      now.length < kept.length
        ? now.length
        : [kept.length, now.length, kept.length + this.#random.below(now.length - kept.length + 1)][
            this.#random.below(3)
          ]!;
    const left = Buffer.alloc(length);
    // A length without its data reads as zero bytes.
    kept.copy(left);
    const all = this.#random.below(3) === 0;
    for (let at = 0; at < length; at += PAGE_BYTES) {
      if (all || this.#random.below(2)) now.copy(left, at, at, Math.min(length, at + PAGE_BYTES));
    }
    return left;
  }
}

/** The bytes of an open file; checkpoints, which are told of apart, are opened for writing alone. */
function readable(fd: number, size: number): Buffer | undefined {
  const bytes = Buffer.alloc(size);
  try {
    fs.readSync(fd, bytes, 0, size, 0);
    return bytes;
  } catch {
    return undefined;
  }
}

/** The checkpoints that a power failure may leave, by name: collected while a recording goes on. */
export class CheckpointVersions {
  readonly #store: CheckpointFile;
  readonly #synced: string;
  #newest: Buffer[] = [];
  #durable: Buffer | undefined;

  constructor(store: CheckpointFile) {
    this.#store = store;
    this.#synced = store.path.replace(/checkpoint$/, 'synced');
    const save = store.save.bind(store);
    store.save = (state, patches, besides) => {
      save(state, patches, besides);
      this.#newest.push(fs.readFileSync(store.path));
    };
    const secure = store.secure.bind(store);
    store.secure = async (state, patches) => {
      await secure(state, patches);
      this.#durable = fs.readFileSync(this.#synced);
    };
  }

  /** Some checkpoint is on the disk: until then there is no recording to go on with. */
  get begun(): boolean {
    return this.#durable !== undefined;
  }

  /** The one of before, the newest, nothing, a file without data, one of which a part is there. */
  get all(): Map<string, (Buffer | null)[]> {
    const newest = this.#newest.at(-1) ?? Buffer.alloc(0);
    const synced = fs.existsSync(this.#synced) ? [fs.readFileSync(this.#synced)] : [];
    return new Map([
      [
        path.basename(this.#store.path),
        [
          newest,
          newest,
          ...this.#newest.slice(-3),
          Buffer.alloc(newest.length),
          newest.subarray(0, newest.length / 2),
          null,
        ],
      ],
      [path.basename(this.#synced), [...(this.#durable === undefined ? [] : [this.#durable]), ...synced]],
    ]);
  }
}
