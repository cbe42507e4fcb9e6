// Writes the report of one call: the page, the audio it plays where that is a file of its own, and a picture.
import path from 'node:path';
import { type Claim, collision } from '../recording/file-owners.ts';
import { FileWriter, refuseExisting } from '../recording/file-writer.ts';
import type { ReportFile } from '../recording/types.ts';
import { type MeasuredCall, measureCall, type ReportedCall } from './call.ts';
import { type LaneFile, Lanes } from './lanes.ts';
import { listeningCopy } from './listening-copy.ts';
import { type PageAudio, page } from './page.ts';
import { waveformPng } from './waveform-png.ts';

/** `embed` puts it into the page, `beside` into a file next to it; `auto` embeds calls of up to `EMBED_MS`. */
export const AUDIO_CHOICES = ['auto', 'embed', 'beside', 'none'] as const;
export type AudioChoice = (typeof AUDIO_CHOICES)[number];

/**
 * Longest call whose audio `auto` embeds: 20 minutes in two channels are 25.6 MB of base64. Firefox before version 137
 * takes data URLs of up to 32 MB, and a page should still travel as an attachment.
 */
export const EMBED_MS = 20 * 60 * 1000;

export interface ReportOptions {
  /** Path of the page without its ending; the other files are named after it. */
  base: string;
  audio: AudioChoice;
  /** Draw the waveforms as a picture, too. */
  png: boolean;
  overwrite: boolean;
  /** Files of the call besides those shown, which a report never replaces either. */
  keep?: readonly string[] | undefined;
  /** Told of every file before the first one is begun. */
  claim?: Claim | undefined;
}

/**
 * Writes the report of a call whose audio is in `files`: a mono file for each direction, or one stereo or mixed file.
 * Memory does not grow with the call.
 * @throws KvsrecError `file-exists`, `output-collision`, before anything is written; `not-wav`; Node's errors of reading
 *   and writing as they are. Nothing unfinished stays behind.
 */
export async function writeReport(
  call: ReportedCall,
  files: readonly LaneFile[],
  options: ReportOptions,
): Promise<ReportFile[]> {
  const lanes = new Lanes(files);
  try {
    const measured = await measureCall(call, lanes);
    const kind = audioKind(options.audio, measured);
    const audioFiles = [...files.map((file) => file.path), ...(options.keep ?? [])];
    const names = {
      page: `${options.base}.html`,
      audio: kind === 'beside' ? copyName(options.base, audioFiles) : undefined,
      picture: options.png && measured.lanes.length > 0 ? `${options.base}.png` : undefined,
    };
    for (const file of Object.values(names)) {
      if (file === undefined) continue;
      if (isOneOf(file, audioFiles)) throw collision(call.source, file, undefined);
      options.claim?.(file);
      if (!options.overwrite) refuseExisting(file);
    }
    const written: ReportFile[] = [];
    let audio: PageAudio = { kind: 'none' };
    if (kind === 'embed') audio = { kind: 'embedded', bytes: listeningCopy(lanes) };
    if (names.audio !== undefined) {
      const file = await write(names.audio, 'audio', listeningCopy(lanes), options.overwrite);
      written.push(file);
      audio = { kind: 'beside', name: path.basename(file.path) };
    }
    written.unshift(await write(names.page, 'page', page(measured, audio), options.overwrite));
    if (names.picture !== undefined) {
      written.push(await write(names.picture, 'picture', [waveformPng(measured)], options.overwrite));
    }
    return written;
  } finally {
    lanes.close();
  }
}

function audioKind(choice: AudioChoice, { lanes, durationMs }: MeasuredCall): Exclude<AudioChoice, 'auto'> {
  if (lanes.length === 0) return 'none';
  if (choice !== 'auto') return choice;
  return durationMs <= EMBED_MS ? 'embed' : 'beside';
}

/**
 * Path of the copy to listen to: the page's, where that says what it is. A name template need not, and may give the
 * recording itself the name of the page.
 */
function copyName(base: string, audioFiles: readonly string[]): string {
  const own = `${base}_REPORT.wav`;
  const file = base.endsWith('REPORT') ? `${base}.wav` : own;
  return isOneOf(file, audioFiles) ? own : file;
}

function isOneOf(file: string, others: readonly string[]): boolean {
  return others.some((other) => path.resolve(other) === path.resolve(file));
}

async function write(
  file: string,
  kind: ReportFile['kind'],
  pieces: AsyncIterable<string | Uint8Array> | Iterable<Uint8Array>,
  overwrite: boolean,
): Promise<ReportFile> {
  const writer = new FileWriter(file, { overwrite });
  try {
    for await (const piece of pieces) writer.append(typeof piece === 'string' ? Buffer.from(piece) : piece);
    writer.finish();
  } catch (error) {
    writer.discard();
    throw error;
  }
  return { kind, path: file, bytes: writer.size };
}
