// The call's audio from the oldest sample that may have to be sent again to the newest, on the call's clock. What is
// silence takes no memory, and what has to wait for long, because sessions are slower than the call, waits in a file.

import { SpillFile } from '../audio/spill-file.ts';

/** Frames of a block: one second at 8 kHz. */
export const BLOCK_FRAMES = 8000;
const BLOCK_BYTES = 2 * BLOCK_FRAMES;

/** Blocks that one write may have completed. */
const LOOK_BACK = 64;

interface Block {
  bytes: Buffer | undefined;
  slot: number;
}

interface Channel {
  /** By the number of the block; a block that is not there is silence. */
  blocks: Map<number, Block>;
  /** Frames so far. */
  end: number;
  /** Passages that nobody sent: the silence in front of audio that came later than the end. */
  gaps: { start: number; end: number }[];
}

export interface TapeOptions {
  channels: number;
  /** Frames that a channel may lag behind the other before silence stands in for it. */
  skewFrames: number;
  /** Blocks of all channels that are kept in memory. */
  memoryBlocks: number;
}

/** All positions and lengths are frames from the call's first one. */
export class Tape {
  readonly #channels: Channel[];
  readonly #options: TapeOptions;
  readonly #spill = new SpillFile(BLOCK_BYTES);
  readonly #loaded: { block: Block | undefined; bytes: Buffer }[];
  #inMemory = 0;
  #released = 0;
  /** Handed out already: audio further back comes too late. */
  #handed = 0;
  #closed = false;
  /** Frames of audio that came too late to be sent in their place. */
  lateFrames = 0;
  readonly #waiting = new Set<() => void>();

  constructor(options: TapeOptions) {
    this.#options = options;
    this.#channels = Array.from({ length: options.channels }, () => ({
      blocks: new Map(),
      end: 0,
      gaps: [],
    }));
    this.#loaded = this.#channels.map(() => ({ block: undefined, bytes: Buffer.alloc(BLOCK_BYTES) }));
  }

  /** Where the audio of the channel that is furthest ends. */
  get end(): number {
    return Math.max(...this.#channels.map(({ end }) => end));
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Blocks of audio in memory, for tests of its bound. */
  get blocksInMemory(): number {
    return this.#inMemory;
  }

  /**
   * Puts 16-bit little-endian samples at `position`: silence goes in front where that lies beyond the channel's end,
   * and what is already there is left as it is.
   */
  write(channel: number, position: number, pcm: Uint8Array): void {
    if (this.#closed) return;
    const target = this.#channels[channel]!;
    const frames = Math.floor(pcm.length / 2);
    const begin = Math.max(target.end, this.#handed);
    let skip = Math.max(0, begin - position);
    if (skip > 0 && position + skip > target.end) {
      this.lateFrames += Math.min(frames, position + skip - Math.max(position, target.end));
    }
    if (skip >= frames) return;
    let at = position + skip;
    if (at > target.end) target.gaps.push({ start: target.end, end: at });
    while (skip < frames) {
      const offset = at % BLOCK_FRAMES;
      const count = Math.min(frames - skip, BLOCK_FRAMES - offset);
      const bytes = this.#blockToWrite(target, Math.floor(at / BLOCK_FRAMES));
      bytes.set(pcm.subarray(2 * skip, 2 * (skip + count)), 2 * offset);
      skip += count;
      at += count;
    }
    target.end = at;
    this.#limitMemory(target);
    this.#wake();
  }

  /** No more audio comes. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  /** Up to where audio can be handed out. */
  ready(): number {
    if (this.#closed) return this.end;
    const behind = Math.min(...this.#channels.map(({ end }) => end));
    return Math.max(behind, this.end - this.#options.skewFrames, this.#handed);
  }

  /** Frames from `position` on for which nothing was received on any channel, up to where audio can be handed out. */
  gapAt(position: number): number {
    let until = this.ready();
    for (const { gaps, end } of this.#channels) {
      if (end <= position) continue;
      const gap = gaps.find(({ start, end: gapEnd }) => start <= position && position < gapEnd);
      until = Math.min(until, gap?.end ?? position);
    }
    return Math.max(0, until - position);
  }

  /** Writes `frames` frames from `position` on into `out`, the channels interleaved. */
  read(position: number, frames: number, out: Buffer): void {
    const count = this.#channels.length;
    this.#handed = Math.max(this.#handed, position + frames);
    for (const [index, channel] of this.#channels.entries()) {
      for (let done = 0; done < frames; ) {
        const at = position + done;
        const offset = at % BLOCK_FRAMES;
        const piece = Math.min(frames - done, BLOCK_FRAMES - offset);
        const bytes = this.#blockToRead(index, channel.blocks.get(Math.floor(at / BLOCK_FRAMES)));
        interleave(bytes, offset, piece, out, done, index, count);
        done += piece;
      }
    }
  }

  /** The audio of one channel from `position` on: 16-bit little-endian samples. */
  rest(channel: number, position: number): Buffer {
    const { blocks, end } = this.#channels[channel]!;
    const out = Buffer.alloc(2 * Math.max(0, end - position));
    for (let at = position; at < end; ) {
      const offset = at % BLOCK_FRAMES;
      const piece = Math.min(end - at, BLOCK_FRAMES - offset);
      const bytes = this.#blockToRead(channel, blocks.get(Math.floor(at / BLOCK_FRAMES)));
      interleave(bytes, offset, piece, out, at - position, 0, 1);
      at += piece;
    }
    return out;
  }

  /** From where on audio can still be had. */
  get begin(): number {
    return this.#released * BLOCK_FRAMES;
  }

  /** Gives up what lies before `position`. */
  release(position: number): void {
    const last = Math.floor(position / BLOCK_FRAMES);
    if (last <= this.#released) return;
    this.#released = last;
    for (const channel of this.#channels) {
      for (const [number, block] of channel.blocks) {
        if (number >= last) break;
        channel.blocks.delete(number);
        if (block.bytes === undefined) this.#spill.release(block.slot);
        else this.#inMemory--;
      }
      channel.gaps = channel.gaps.filter(({ end }) => end > position);
    }
  }

  /** Resolves with the next change: more audio, or its end; or when the signal fires. */
  changed(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        signal?.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      this.#waiting.add(done);
      signal?.addEventListener('abort', done);
      if (signal?.aborted) done();
    });
  }

  /** Frees everything; whoever waits is woken. */
  dispose(): void {
    this.#closed = true;
    for (const channel of this.#channels) channel.blocks.clear();
    this.#inMemory = 0;
    this.#spill.close();
    this.#wake();
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }

  #blockToWrite({ blocks }: Channel, number: number): Buffer {
    const known = blocks.get(number);
    if (known?.bytes !== undefined) return known.bytes;
    const bytes = Buffer.alloc(BLOCK_BYTES);
    this.#inMemory++;
    blocks.set(number, { bytes, slot: -1 });
    return bytes;
  }

  #blockToRead(channel: number, block: Block | undefined): Buffer | undefined {
    if (block === undefined || block.bytes !== undefined) return block?.bytes;
    const loaded = this.#loaded[channel]!;
    if (loaded.block !== block) {
      this.#spill.read(block.slot, loaded.bytes);
      loaded.block = block;
    }
    return loaded.bytes;
  }

  /** Sends the newest whole blocks to the file: they are the last to be needed. */
  #limitMemory({ blocks, end }: Channel): void {
    if (this.#inMemory <= this.#options.memoryBlocks) return;
    const whole = Math.floor(end / BLOCK_FRAMES);
    for (let number = whole - 1; number >= 0 && number >= whole - LOOK_BACK; number--) {
      const block = blocks.get(number);
      if (block?.bytes === undefined) continue;
      block.slot = this.#spill.put(block.bytes);
      block.bytes = undefined;
      this.#inMemory--;
      if (this.#inMemory <= this.#options.memoryBlocks) return;
    }
  }
}

/** Copies `frames` samples from a block, or silence, to every `channels`th sample of `out`. */
function interleave(
  block: Buffer | undefined,
  offset: number,
  frames: number,
  out: Buffer,
  done: number,
  channel: number,
  channels: number,
): void {
  if (channels === 1) {
    if (block === undefined) out.fill(0, 2 * done, 2 * (done + frames));
    else block.copy(out, 2 * done, 2 * offset, 2 * (offset + frames));
    return;
  }
  let to = 2 * (done * channels + channel);
  const step = 2 * channels;
  if (block === undefined) {
    for (let i = 0; i < frames; i++, to += step) {
      out[to] = 0;
      out[to + 1] = 0;
    }
    return;
  }
  for (let from = 2 * offset, end = 2 * (offset + frames); from < end; from += 2, to += step) {
    out[to] = block[from]!;
    out[to + 1] = block[from + 1]!;
  }
}
