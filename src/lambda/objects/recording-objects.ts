// Listens to a recording and makes its objects: one a direction, and both in one, while the call goes on.

import type { S3Client } from '@aws-sdk/client-s3';
import { monoOf } from '../../audio/mix.ts';
import type { StorageOptions } from '../../aws/s3/object-target.ts';
import { PartSlots } from '../../aws/s3/part-slots.ts';
import type { AudioTap, TappedTrack } from '../../recording/audio-tap.ts';
import { compactTime, safePart } from '../../recording/file-name.ts';
import { isoTime } from '../../recording/iso-time.ts';
import type { Layout, TrackChoice } from '../../recording/types.ts';
import { AudioObject, type AudioObjectState, type ByteStore, type ObjectFacts } from './audio-object.ts';
import { CombinedLine, type CombinedState, type Side } from './combined-line.ts';

export interface RecordingObjectsOptions {
  client: S3Client;
  bucket: string;
  /** What the keys begin with. */
  prefix: string;
  /** Of stereo and mixed objects. */
  combined: { bucket: string; prefix: string };
  layouts: readonly Layout[];
  track: TrackChoice;
  storage: StorageOptions;
  /** Parts in memory on their way at the same time, over all objects: 5 MiB each. */
  partsInFlight?: number;
  /** Goes into the objects' metadata as `kvsrec-run`; tells a run's own objects from others under the same key. */
  run: string;
}

/** The metadata that names the run. */
const RUN = 'kvsrec-run';

/** Parts in memory on their way at the same time, over all objects, unless told otherwise. */
const PARTS_IN_FLIGHT = 2;

/**
 * Contacts whose objects stay open. The engine closes a recording when four others came after it; an object is
 * completed when that is certain to have happened.
 */
const MAX_OPEN = 8;

const WHAT = {
  from: 'AUDIO_FROM_CUSTOMER',
  to: 'AUDIO_TO_CUSTOMER',
  stereo: 'STEREO',
  mix: 'COMBINED_AUDIO',
};

interface Line {
  key: string;
  /** Frames, or bytes of what is passed through, taken so far. */
  position: number;
  object: number | null;
  side: Side | null;
}

interface ContactState {
  key: string;
  objects: AudioObjectState[];
  lines: Line[];
  combined: { state: CombinedState; stereo: number | null; mix: number | null; rate: number } | null;
}

export interface RecordingObjectsState {
  version: 1;
  contacts: ContactState[];
  stored: RecordedObject[];
  saved: number;
}

/** An object that was made. */
export interface RecordedObject extends ObjectFacts {
  bucket: string;
  key: string;
  bytes: number;
}

interface Contact {
  objects: AudioObject[];
  lines: Map<string, Line>;
  combined: { line: CombinedLine; stereo: number | null; mix: number | null; rate: number } | null;
}

export class RecordingObjects implements AudioTap {
  readonly #options: RecordingObjectsOptions;
  readonly #slots: PartSlots;
  /** Every object, those that are made included. */
  readonly #all: AudioObject[] = [];
  /** The least recently heard first. */
  readonly #contacts = new Map<string, Contact>();
  readonly #stored: RecordedObject[] = [];
  /** Contacts whose objects wait to be completed. */
  readonly #leaving: Contact[] = [];
  #saved = 0;
  /** Frames that are missing from combined objects, since they came too late. */
  late = 0;

  constructor(options: RecordingObjectsOptions) {
    this.#options = options;
    this.#slots = new PartSlots(options.partsInFlight ?? PARTS_IN_FLIGHT);
  }

  /** Takes up what an earlier process has saved. @throws KvsrecError `upload-lost`, `aws-…`. */
  static async resume(
    options: RecordingObjectsOptions,
    state: RecordingObjectsState,
    bytes: ByteStore,
  ): Promise<RecordingObjects> {
    const objects = new RecordingObjects(options);
    try {
      await objects.#takeUp(state, bytes);
    } catch (error) {
      objects.close();
      throw error;
    }
    return objects;
  }

  async #takeUp(state: RecordingObjectsState, bytes: ByteStore): Promise<void> {
    this.#saved = state.saved;
    this.#stored.push(...state.stored);
    for (const contact of state.contacts) {
      const restored: AudioObject[] = [];
      for (const object of contact.objects) {
        restored.push(await AudioObject.resume(this.#options.client, object, bytes, this.#slots, RUN));
        this.#all.push(restored.at(-1)!);
      }
      const { combined } = contact;
      const at = (index: number | null) => (index === null ? undefined : restored[index]);
      this.#contacts.set(contact.key, {
        objects: restored,
        lines: new Map(contact.lines.map((line) => [line.key, line])),
        combined: combined && {
          ...combined,
          line: new CombinedLine(at(combined.stereo), at(combined.mix), combined.state),
        },
      });
    }
  }

  audio(track: TappedTrack, position: number, bytes: Uint8Array): void {
    const line = this.#line(track, position);
    if (line === undefined) return;
    const { contact, at } = line;
    if (at.object !== null) contact.objects[at.object]!.write(bytes);
    const pcm = track.format.kind === 'pcm';
    const frames = pcm ? bytes.length / (2 * track.format.channels) : bytes.length;
    if (at.side !== null) contact.combined?.line.take(at.side, monoOf(bytes, track.format.channels));
    at.position += frames;
  }

  silence(track: TappedTrack, position: number, frames: number): void {
    const line = this.#line(track, position);
    if (line === undefined) return;
    const { contact, at } = line;
    if (at.object !== null) contact.objects[at.object]!.zeros(2 * track.format.channels * frames);
    if (at.side !== null) contact.combined?.line.take(at.side, frames);
    at.position += frames;
  }

  /** Hands on what was heard. Await it: it keeps memory bounded. @throws KvsrecError `aws-…` */
  async drain(): Promise<void> {
    for (const contact of this.#contacts.values()) {
      for (const object of contact.objects) await object.drain();
    }
    for (let contact = this.#leaving[0]; contact; contact = this.#leaving[0]) {
      await this.#complete(contact);
      this.#leaving.shift();
    }
  }

  /**
   * Puts what another process needs into `bytes`, as of now, and answers the rest. Only when everything is drained; what
   * is heard while it is under way belongs to the next state.
   */
  async save(bytes: ByteStore): Promise<RecordingObjectsState> {
    const version = String(++this.#saved);
    // All that changes with what is heard is taken at once, before anything is waited for.
    const now = [...this.#contacts].map(([key, { objects, lines, combined }]) => ({
      key,
      open: [...objects],
      lines: [...lines.values()].map((line) => ({ ...line })),
      combined: combined && {
        state: combined.line.state,
        stereo: combined.stereo,
        mix: combined.mix,
        rate: combined.rate,
      },
    }));
    for (const object of now.flatMap(({ open }) => open)) object.requireDrained();
    const contacts: ContactState[] = [];
    for (const { key, open, lines, combined } of now) {
      const objects: AudioObjectState[] = [];
      for (const object of open) objects.push(await object.save(bytes, version));
      contacts.push({ key, objects, lines, combined });
    }
    return { version: 1, contacts, stored: [...this.#stored], saved: this.#saved };
  }

  /** Whether an upload has begun that the last state does not name: it is time for another. */
  get unnamedUpload(): boolean {
    return [...this.#contacts.values()].some(({ objects }) => objects.some((object) => object.unnamedUpload));
  }

  /** Makes every object. Answers all of this recording, those of earlier processes included. */
  async complete(): Promise<RecordedObject[]> {
    await this.drain();
    for (const [key, contact] of this.#contacts) {
      await this.#complete(contact);
      this.#contacts.delete(key);
    }
    return this.#stored;
  }

  /** Lets go of what is held here, whatever has become of the objects. */
  close(): void {
    for (const object of this.#all) object.close();
  }

  /** Gives up: no upload stays behind. */
  async abort(): Promise<void> {
    for (const { objects } of [...this.#contacts.values(), ...this.#leaving]) {
      await Promise.allSettled(objects.map((object) => object.abort()));
    }
  }

  async #complete({ objects, combined }: Contact): Promise<void> {
    combined?.line.flush();
    this.late += combined?.line.late ?? 0;
    const made = await Promise.all(objects.map((object) => object.complete()));
    made.forEach(({ bucket, key, bytes }, index) => {
      this.#stored.push({ ...objects[index]!.facts, bucket, key, bytes });
    });
  }

  #line(track: TappedTrack, position: number): { contact: Contact; at: Line } | undefined {
    const { track: wanted } = this.#options;
    if (wanted !== 'both' && wanted !== track.direction) return undefined;
    const contactKey = `${track.startMs}/${track.contactId ?? ''}`;
    const contact = this.#contacts.get(contactKey) ?? { objects: [], lines: new Map(), combined: null };
    this.#contacts.delete(contactKey);
    this.#contacts.set(contactKey, contact);
    if (this.#contacts.size > MAX_OPEN) {
      const [oldest] = this.#contacts;
      this.#contacts.delete(oldest![0]);
      this.#leaving.push(oldest![1]);
    }
    // As the engine tells tracks apart.
    const whose = track.direction === 'unknown' ? `track ${track.number}` : track.direction;
    const key = `${whose}/${track.name}/${track.format.kind}`;
    const at = contact.lines.get(key) ?? this.#openLine(contact, key, track);
    if (at.position !== position) {
      throw new RangeError(`audio at ${position} was handed over where ${at.position} was next`);
    }
    return { contact, at };
  }

  #openLine(contact: Contact, key: string, track: TappedTrack): Line {
    const { layouts } = this.#options;
    const { format, direction } = track;
    const pcm = format.kind === 'pcm';
    const line: Line = { key, position: 0, object: null, side: null };
    contact.lines.set(key, line);
    if (!pcm || layouts.includes('separate')) {
      const wav = pcm ? { sampleRate: format.sampleRate, channels: format.channels } : undefined;
      const what = direction === 'unknown' ? `AUDIO_TRACK_${track.number}` : WHAT[direction];
      const ending = pcm ? 'wav' : format.kind === 'aac' ? 'aac' : 'raw';
      line.object = this.#open(
        contact,
        { ...factsOf(track), layout: 'separate', direction, wav },
        what,
        ending,
      );
    }
    if (pcm && layouts.some((layout) => layout !== 'separate')) line.side = this.#join(contact, track);
    return line;
  }

  /** The side of the combined objects that a track becomes; null where it does not fit. */
  #join(contact: Contact, track: TappedTrack): Side | null {
    const taken = [...contact.lines.values()].map(({ side }) => side);
    const side: Side =
      track.direction === 'to' || (track.direction === 'unknown' && taken.includes(0)) ? 1 : 0;
    if (taken.includes(side)) return null;
    if (contact.combined === null) {
      const { sampleRate } = track.format;
      const open = (layout: 'stereo' | 'mix', channels: number): number | null => {
        if (!this.#options.layouts.includes(layout)) return null;
        const facts: ObjectFacts = {
          ...factsOf(track),
          layout,
          direction: 'both',
          wav: { sampleRate, channels },
        };
        return this.#open(contact, facts, WHAT[layout], 'wav');
      };
      const stereo = open('stereo', 2);
      const mixed = open('mix', 1);
      const at = (index: number | null) => (index === null ? undefined : contact.objects[index]);
      contact.combined = {
        line: new CombinedLine(at(stereo), at(mixed)),
        stereo,
        mix: mixed,
        rate: sampleRate,
      };
    }
    return track.format.sampleRate === contact.combined.rate ? side : null;
  }

  #open(contact: Contact, facts: ObjectFacts, what: string, ending: string): number {
    const { client, bucket, prefix, combined, storage, run } = this.#options;
    const place = facts.layout === 'separate' ? { bucket, prefix } : combined;
    const id = facts.contactId === null ? 'unknown' : safePart(facts.contactId);
    const target = {
      ...storage,
      bucket: place.bucket,
      key: `${place.prefix}${id}_${compactTime(facts.startMs)}_${what}.${ending}`,
      contentType:
        ending === 'wav' ? 'audio/wav' : ending === 'aac' ? 'audio/aac' : 'application/octet-stream',
      metadata: {
        'contact-id': id,
        direction: facts.direction,
        start: isoTime(facts.startMs),
        ...(facts.wav && { 'sample-rate': String(facts.wav.sampleRate) }),
        [RUN]: run,
      },
    };
    const object = AudioObject.begin(client, target, facts, this.#slots);
    this.#all.push(object);
    return contact.objects.push(object) - 1;
  }
}

function factsOf({ contactId, startMs }: TappedTrack): Pick<ObjectFacts, 'contactId' | 'startMs'> {
  return { contactId, startMs };
}
