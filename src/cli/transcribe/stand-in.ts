// `simulate --transcribe`: a stand-in for Amazon Transcribe streaming beside the streams, with the call that it is of.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { wavHeader } from '../../audio/wav.ts';
import { WavReader } from '../../audio/wav-reader.ts';
import { KvsrecError } from '../../errors.ts';
import { StreamSplitter } from '../../recording/splitter.ts';
import { DEFAULT_RECORDING_OPTIONS } from '../../recording/types.ts';
import type { ReferenceAudio } from '../../simulator/transcribe/locator.ts';
import { parseScript, type TranscribeScript } from '../../simulator/transcribe/script.ts';
import { startTranscribe, type TranscribeStandIn } from '../../simulator/transcribe/server.ts';
import { openInput } from '../open-input.ts';
import { sniff } from './call-audio.ts';

export interface TranscribeStandInOptions {
  script: string;
  /** The call that the script is of: a dump or a WAV file; undefined where sessions begin with the script. */
  audio: string | undefined;
  /** Folder for the audio of each session. */
  keep: string | undefined;
  speed: number | 'max' | undefined;
  host: string | undefined;
}

/** Starts it. Throws a KvsrecError for a script or a call that cannot be read. */
export async function startTranscribeStandIn({
  script: path,
  audio,
  keep,
  speed = 1,
  host,
}: TranscribeStandInOptions): Promise<TranscribeStandIn> {
  const script = readScript(path);
  const reference = audio === undefined ? undefined : await referenceOf(audio);
  const standIn = await startTranscribe({
    script,
    rules: speed === 'max' ? { maxPace: Number.POSITIVE_INFINITY } : { speed, maxPace: 3 },
    ...(host === undefined ? {} : { host }),
    ...(reference === undefined ? {} : { reference }),
    keepAudio: keep !== undefined,
  });
  return {
    ...standIn,
    async close() {
      if (keep !== undefined) keepSessions(standIn, keep);
      await standIn.close();
    },
  };
}

function readScript(path: string): TranscribeScript {
  try {
    return parseScript(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new KvsrecError('bad-script', `cannot read the script ${path}: ${(error as Error).message}`, {
      exitCode: 2,
      hint: 'A script is JSON: {"segments":[{"direction":"from","startMs":300,"endMs":1200,"text":"Hello."}]}.',
      cause: error,
    });
  }
}

/** The samples of a call, both directions, on its clock. */
async function referenceOf(input: string): Promise<ReferenceAudio> {
  const source = await openInput(input);
  try {
    const { kind, source: opened } = await sniff(source);
    return kind === 'wav' ? await samplesOfWav(await WavReader.open(opened)) : await samplesOfDump(opened);
  } finally {
    await source.close();
  }
}

async function samplesOfDump(source: Parameters<typeof sniff>[0]): Promise<ReferenceAudio> {
  const tracks = { from: new Samples(), to: new Samples(), unknown: new Samples() };
  const splitter = new StreamSplitter(undefined, DEFAULT_RECORDING_OPTIONS, {
    tap: {
      audio: ({ direction, format }, position, bytes) => {
        if (format.kind === 'pcm' && format.channels === 1) tracks[direction].put(position, bytes);
      },
      silence: () => {},
    },
  });
  for await (const chunk of source.chunks()) splitter.push(chunk);
  splitter.finish(source.name);
  return { from: tracks.from.samples() ?? tracks.unknown.samples(), to: tracks.to.samples() };
}

async function samplesOfWav(reader: WavReader): Promise<ReferenceAudio> {
  const tracks = [new Samples(), new Samples()];
  const { channels } = reader;
  const piece = new Int16Array(8000 * channels);
  const one = new Int16Array(8000);
  for (let position = 0; ; ) {
    const read = await reader.read(piece);
    if (read === 0) break;
    for (let channel = 0; channel < Math.min(2, channels); channel++) {
      for (let i = 0; i < read; i++) one[i] = piece[i * channels + channel]!;
      tracks[channel]!.put(position, new Uint8Array(one.buffer, 0, 2 * read));
    }
    position += read;
  }
  return { from: tracks[0]!.samples(), to: tracks[1]!.samples() };
}

/** Samples that grow. */
class Samples {
  #bytes = Buffer.alloc(0);
  #end = 0;

  put(position: number, bytes: Uint8Array): void {
    const end = 2 * position + bytes.length;
    if (end > this.#bytes.length) {
      const grown = Buffer.alloc(2 * end);
      this.#bytes.copy(grown);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, 2 * position);
    this.#end = Math.max(this.#end, end);
  }

  samples(): Int16Array | undefined {
    if (this.#end === 0) return undefined;
    return new Int16Array(this.#bytes.buffer, this.#bytes.byteOffset, this.#end / 2);
  }
}

/** What each session received, as a WAV file. */
function keepSessions({ sessions }: TranscribeStandIn, folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const session of sessions) {
    const pcm = session.audio();
    const { sampleRate, channels } = session.parameters;
    const header = wavHeader({ sampleRate, channels, dataBytes: pcm.length });
    writeFileSync(join(folder, `session-${session.number}.wav`), Buffer.concat([header, pcm]));
  }
}
