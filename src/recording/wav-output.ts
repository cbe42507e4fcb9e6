// PCM that was made of other audio into a WAV file, under a temporary name until it is complete.

import type { PcmStream } from '../audio/merge.ts';
import { ChunkPool, ChunkStage } from './chunk.ts';
import { WavFile } from './wav-file.ts';

export interface WrittenWav {
  path: string;
  bytes: number;
  /** Whole milliseconds. */
  durationMs: number;
  sampleRate: number;
  channels: number;
}

/**
 * Writes a stream to a file.
 * @throws KvsrecError `file-exists`; AbortError after an abort; nothing is left behind then.
 */
export async function writeWav(
  path: string,
  stream: PcmStream,
  { overwrite, signal }: { overwrite: boolean; signal?: AbortSignal },
): Promise<WrittenWav> {
  const { sampleRate, channels } = stream;
  const file = new WavFile(path, { sampleRate, channels, overwrite });
  let dataBytes = 0;
  try {
    const stage = new ChunkStage(new ChunkPool(), [(chunk, index) => file.write(chunk, index)]);
    for await (const pcm of stream.pcm()) {
      signal?.throwIfAborted();
      stage.write(pcm, 0, pcm.length);
      dataBytes += pcm.length;
    }
    // An input that a signal has ended looks like one that is through.
    signal?.throwIfAborted();
    stage.flush();
    file.finish();
  } catch (error) {
    file.discard();
    throw error;
  }
  const durationMs = Math.round((dataBytes / (2 * channels) / sampleRate) * 1000);
  return { path, bytes: file.size, durationMs, sampleRate, channels };
}
