// `record --resume` with a transcript: what the process before has left of it, and the audio that waits for an answer.

import type { Settings } from '../../config/resolve-settings.ts';
import type { SettingKey } from '../../config/settings.ts';
import type { Unfinished } from '../../recording/capture/checkpoint-file.ts';
import { type RecordedTrack, recordedTracks } from '../../recording/recorded-audio.ts';
import type { ContactState } from '../../recording/state.ts';
import type { TranscriptDirection } from '../../transcript/segment.ts';
import type { CommandContext } from '../command.ts';
import { type RecordingTranscript, transcriptOfRecording } from './beside-recording.ts';
import type { CallFacts, CallListener } from './call-audio.ts';
import { type JournalContent, journalPath, type LeftTranscript, readJournal } from './journal.ts';
import { transcriptOutputs } from './recording-outputs.ts';

/** Milliseconds of each direction that are handed over in turns. */
const PIECE_MS = 1000;

/**
 * The transcript of an unfinished recording: if one was begun, or is asked for now.
 * @param alone Whether no other recording is gone on with at the same time.
 */
export async function transcriptToResume(
  context: CommandContext,
  unfinished: Unfinished,
  alone: boolean,
): Promise<RecordingTranscript | undefined> {
  const { options, terminal } = context;
  const { folder, store, last } = unfinished;
  const place = journalPath(folder, store.token);
  const journal = readJournal(place);
  if (options.transcribe === undefined && journal === undefined) return undefined;
  const { track, overwrite } = last.options;
  const settings = {
    ...(journal === undefined ? context.settings : withKept(context, journal.settings)),
    track,
    overwrite: overwrite || context.settings.overwrite,
  };
  const asked = transcriptOutputs(options.transcribe, { folder, oneCall: alone });
  const outputs =
    typeof options.transcribe === 'string' || journal === undefined
      ? asked
      : { folder, formats: journal.formats, paths: journal.paths };
  const left = unfinished.state && leftTranscript(unfinished, journal);
  if (left?.whole === false) {
    terminal.warning(
      'the recording has kept only the mix of both directions: words around its interruption may be missing from the transcript',
    );
  }
  return await transcriptOfRecording(
    { ...context, settings },
    { outputs, show: alone ? 'stdout' : 'nowhere', journal: place, left },
  );
}

function leftTranscript({ folder, state }: Unfinished, journal: JournalContent | undefined): LeftTranscript {
  // What came before the call's id is a recording of its own.
  const contacts = state?.engine.contacts.flatMap((one) => ('open' in one ? [one.open] : [])) ?? [];
  const named = contacts.find(({ contactId }) => contactId !== null)?.contactId ?? null;
  const { track } = state!.options;
  const tracks = contacts.flatMap((one) => tracksOf(folder, one, track));
  const [first] = tracks;
  const facts =
    journal?.facts ??
    (first === undefined
      ? undefined
      : {
          contactId: named,
          startMs: first.startMs,
          sampleRate: first.sampleRate,
          directions: directionsOf(first.direction, track),
        });
  const { segments = [], categories = [], points = {} } = journal ?? {};
  const heard = facts === undefined ? [] : tracks.filter(({ sampleRate }) => sampleRate === facts.sampleRate);
  return {
    segments,
    categories,
    points,
    facts,
    whole: heard.every(({ readable }) => readable),
    replay(listener) {
      if (facts === undefined) return;
      listener.begin(facts);
      if (facts.contactId === null && named !== null) listener.named(named);
      replay(heard, points, facts, listener);
    },
  };
}

/** A track that is listened to, and when it begins, milliseconds since the epoch. */
type HeardTrack = RecordedTrack & { startMs: number };

function tracksOf(folder: string, contact: ContactState, track: 'from' | 'to' | 'both'): HeardTrack[] {
  if (contact.originNs === undefined) return [];
  const startMs = Number(BigInt(contact.originNs) / 1_000_000n);
  const recorded = recordedTracks(folder, contact);
  // Of tracks that do not say whose they are, the first one is heard.
  const unknown = recorded.find(({ direction }) => direction === 'unknown');
  return recorded
    .filter((one) =>
      one.direction === 'unknown' ? one === unknown : track === 'both' || one.direction === track,
    )
    .map((one) => ({ ...one, startMs }));
}

function directionsOf(
  direction: TranscriptDirection,
  track: 'from' | 'to' | 'both',
): readonly TranscriptDirection[] {
  if (direction === 'unknown') return ['unknown'];
  return track === 'both' ? ['from', 'to'] : [track];
}

/** In turns, and without giving way to anybody: a direction that seems to lag would be taken for silent. */
function replay(
  recorded: readonly HeardTrack[],
  points: JournalContent['points'],
  { startMs, sampleRate }: CallFacts,
  listener: CallListener,
): void {
  const tracks = recorded.map((track) => ({
    ...track,
    first: Math.round(((track.startMs - (startMs ?? track.startMs)) * sampleRate) / 1000),
  }));
  const frames = (PIECE_MS * sampleRate) / 1000;
  const end = Math.max(0, ...tracks.map((track) => track.first + track.end));
  const start = Math.min(end, ...tracks.map(({ direction }) => points[direction] ?? 0));
  for (let position = start; position < end; position += frames) {
    for (const { direction, first, read } of tracks) {
      const from = Math.max(position, first);
      const pcm = read(from - first, position + frames - from);
      if (pcm.length > 0) listener.audio(direction, from, pcm);
    }
  }
}

const LANGUAGES = ['language', 'identifyLanguage', 'identifyMultipleLanguages'] as const;

/** The settings of now, and where they say nothing those with which the transcript was begun. */
function withKept(
  { settings, origins }: Pick<CommandContext, 'settings' | 'origins'>,
  kept: Record<string, unknown>,
): Settings {
  const given = (key: string) => (origins[key as SettingKey]?.source ?? 'default') !== 'default';
  const languageGiven = LANGUAGES.some(given);
  const ofLanguages: readonly string[] = [...LANGUAGES, 'preferredLanguage'];
  const left = Object.entries(kept).filter(
    ([key]) => !given(key) && !(languageGiven && ofLanguages.includes(key)),
  );
  return { ...settings, ...Object.fromEntries(left) };
}
