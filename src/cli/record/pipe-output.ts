// One direction to standard output while it is recorded: WAV of unknown length, or the samples alone.
import { WAV_HEADER_BYTES, wavHeader } from '../../audio/wav.ts';
import { KvsrecError } from '../../errors.ts';
import type { AudioTap, TappedTrack } from '../../recording/audio-tap.ts';

/** Where a RIFF header says how long the file and its data are: not known yet. */
const SIZES_AT = [4, WAV_HEADER_BYTES - 4];
const UNKNOWN = 0xffff_ffff;

const ZEROS = Buffer.alloc(64 * 1024);

export interface PipeOutput {
  tap: AudioTap;
  /** Settles when the reader has caught up; undefined where it has. */
  drained(): Promise<void> | undefined;
  /** Fires when nobody reads any more. */
  closed: AbortSignal;
  /** Waits until everything has been taken. */
  end(): Promise<void>;
}

/** Writes to `out`. @param raw Without a WAV header. */
export function pipeOutput(out: NodeJS.WriteStream, raw: boolean): PipeOutput {
  // A pipe that is written to synchronously would hold up timers and signals as long as nobody reads.
  const handle = (out as unknown as { _handle?: { setBlocking?(blocking: boolean): void } })._handle;
  handle?.setBlocking?.(false);
  const closed = new AbortController();
  let release: (() => void) | undefined;
  let track: TappedTrack | undefined;
  let full = false;
  const go = () => {
    full = false;
    release?.();
    release = undefined;
  };
  out.on('drain', go);
  out.on('error', () => {
    closed.abort();
    go();
  });
  const write = (bytes: Uint8Array) => {
    if (!closed.signal.aborted && !out.write(bytes)) full = true;
  };
  const begin = (next: TappedTrack) => {
    if (track === next) return;
    // Audio before the call's first contact id is a recording of its own, and the same direction goes on in the next.
    if (track !== undefined && continues(track, next)) {
      track = next;
      return;
    }
    if (track !== undefined) {
      throw new KvsrecError(
        'several-tracks',
        'the stream has more than one track to write to standard output',
        {
          hint: 'Record it to files, with -o DIR.',
        },
      );
    }
    track = next;
    const { format } = next;
    if (raw || format.kind !== 'pcm') return;
    const { sampleRate, channels } = format;
    const header = Buffer.from(wavHeader({ sampleRate, channels, dataBytes: 0 }));
    for (const at of SIZES_AT) header.writeUInt32LE(UNKNOWN, at);
    write(header);
  };
  return {
    tap: {
      audio(next, _position, bytes) {
        begin(next);
        // A copy: the bytes are used again while these wait for their reader.
        write(Buffer.from(bytes));
      },
      silence(next, _position, frames) {
        begin(next);
        for (let left = 2 * frames * next.format.channels; left > 0; left -= ZEROS.length) {
          write(ZEROS.subarray(0, Math.min(left, ZEROS.length)));
        }
      },
    },
    drained() {
      if (!full || closed.signal.aborted) return undefined;
      return new Promise((resolve) => {
        release = resolve;
      });
    },
    closed: closed.signal,
    end() {
      if (closed.signal.aborted || out.writableLength === 0) return Promise.resolve();
      return new Promise((resolve) => {
        out.write('', () => resolve());
        closed.signal.addEventListener('abort', () => resolve(), { once: true });
      });
    },
  };
}

/** Whether it is the same direction, and a reader can go on with it. */
function continues(track: TappedTrack, next: TappedTrack): boolean {
  const [one, other] = [track.format, next.format];
  return (
    track.number === next.number &&
    track.direction === next.direction &&
    one.kind === other.kind &&
    one.encoding === other.encoding &&
    one.sampleRate === other.sampleRate &&
    one.channels === other.channels
  );
}
