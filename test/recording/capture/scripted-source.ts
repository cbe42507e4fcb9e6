// A source whose every connection is written down beforehand, for what no service can be made to do on demand.
import { setTimeout as wait } from 'node:timers/promises';
import {
  buildFragment,
  contactTags,
  continuationTags,
  type FragmentBlock,
  fragmentNumber,
  START_MS,
  serviceTags,
  TRACKS,
} from '../../../fixtures/connect-profile.ts';
import type {
  ArchiveSource,
  MediaConnection,
  MediaSource,
  MediaStart,
} from '../../../src/recording/capture/media-source.ts';

/** Bytes to send, or milliseconds to keep silent. */
export type Step = Uint8Array | number;

/** Silence without end. */
export const SILENT: Step = 2 ** 31 - 1;

/** Samples of each direction in a scripted fragment: a second. */
export const SAMPLES = 8000;

export function connection(steps: readonly Step[]): MediaConnection {
  const closed = new AbortController();
  return {
    async read(take) {
      for (const step of steps) {
        if (closed.signal.aborted) return;
        if (typeof step !== 'number') await take(step);
        else await wait(step, undefined, { signal: closed.signal }).catch(() => {});
      }
    },
    close: () => closed.abort(),
  };
}

/** `connections` are given one after the other, and their starts noted. */
export function scripted(
  connections: readonly (readonly Step[])[],
  archive?: ArchiveSource,
): MediaSource & { starts: MediaStart[] } {
  const left = [...connections];
  const starts: MediaStart[] = [];
  return {
    name: 'scripted',
    archive,
    starts,
    async open(start) {
      starts.push(start);
      return connection(left.shift() ?? [SILENT]);
    },
  };
}

/** Lists fragments 0 to `count`, and gives each as `fragment` has it, which is told how often it was asked for. */
export function scriptedArchive(
  count: number,
  fragment: (index: number, asked: number) => readonly Step[] | Promise<readonly Step[]>,
): ArchiveSource {
  const asked = new Map<number, number>();
  const listed = Array.from({ length: count }, (_, i) => fragmentNumber(i));
  return {
    async *list() {
      yield listed.map((number) => ({ number, producerMs: null, serverMs: null, durationMs: 1000 }));
    },
    async open(numbers) {
      const steps: Step[] = [];
      for (const number of numbers) {
        const index = listed.indexOf(number);
        asked.set(index, (asked.get(index) ?? 0) + 1);
        steps.push(...(await fragment(index, asked.get(index)!)));
      }
      return connection(steps);
    },
  };
}

/** Two blocks of each direction. */
function blocks(samples: number, rate = SAMPLES): FragmentBlock[] {
  const half = samples / 2;
  return [0, 1].flatMap((i) =>
    TRACKS.map(({ number }) => ({
      track: number,
      timecode: (i * half * 1000) / rate,
      frames: [Buffer.alloc(2 * half, number)],
    })),
  );
}

export interface SecondOptions {
  contactId?: string;
  /** In so many Clusters of its Segment. */
  clusters?: number;
  /** Without the tag by which a fragment can be placed before anything follows it. */
  mimeType?: boolean;
  /** Samples a second, 8,000 if not given. */
  rate?: number;
}

/** A second of a call, of the stream's nth fragment. */
export function second(
  index: number,
  { contactId, clusters = 1, mimeType = true, rate = SAMPLES }: SecondOptions = {},
): Buffer {
  const number = fragmentNumber(index);
  const startMs = START_MS + 1000 * index;
  return buildFragment({
    tagsBefore: [
      serviceTags(number, startMs),
      ...contactTags(contactId).filter(([tag]) => tag![0] !== 'MimeType'),
      ...(mimeType ? [[['MimeType', `audio/L16;rate=${rate};channels=1;`]] as const] : []),
    ],
    clusters: Array.from({ length: clusters }, (_, i) => ({
      timestamp: startMs + (1000 * i) / clusters,
      blocks: blocks(rate / clusters, rate),
    })),
    tagsAfter: [continuationTags(number)],
  });
}

/** The same without a tag of any kind. */
export function tagless(index: number): Buffer {
  return buildFragment({ clusters: [{ timestamp: START_MS + 1000 * index, blocks: blocks(SAMPLES) }] });
}
