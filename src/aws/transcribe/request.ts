// The settings as the parameters of either operation.

import type {
  AudioStream,
  CallAnalyticsLanguageCode,
  LanguageCode,
  StartCallAnalyticsStreamTranscriptionCommandInput,
  StartStreamTranscriptionCommandInput,
} from '@aws-sdk/client-transcribe-streaming';
import type { SessionRequest } from '../../transcription/recognizer.ts';
import type { TranscribeSettings } from './settings.ts';

type Shared = Omit<StartCallAnalyticsStreamTranscriptionCommandInput, 'AudioStream'>;

/** Minutes in which a session can be taken up again: the most there are. */
const RESUME_WINDOW_MINUTES = 300;

function shared(settings: TranscribeSettings, { sessionId, sampleRate }: SessionRequest): Shared {
  const identified = settings.identifyLanguage ?? settings.identifyMultipleLanguages;
  const list = (names: readonly string[] | undefined) => (names?.length ? names.join(',') : undefined);
  const { pii, stability } = settings;
  return compact({
    MediaSampleRateHertz: sampleRate,
    MediaEncoding: 'pcm' as const,
    SessionId: sessionId,
    LanguageCode: settings.language as CallAnalyticsLanguageCode | undefined,
    IdentifyLanguage: settings.identifyLanguage && true,
    LanguageOptions: list(identified),
    PreferredLanguage: settings.preferredLanguage as CallAnalyticsLanguageCode | undefined,
    VocabularyName: identified ? undefined : list(settings.vocabularies),
    VocabularyNames: identified && list(settings.vocabularies),
    VocabularyFilterName: identified ? undefined : list(settings.vocabularyFilters),
    VocabularyFilterNames: identified && list(settings.vocabularyFilters),
    VocabularyFilterMethod: settings.vocabularyFilterMethod,
    LanguageModelName: settings.languageModel,
    EnablePartialResultsStabilization: stability && true,
    PartialResultsStability: stability,
    ContentIdentificationType: pii === 'identify' ? ('PII' as const) : undefined,
    ContentRedactionType: pii === 'redact' ? ('PII' as const) : undefined,
    PiiEntityTypes: list(settings.piiTypes),
  }) as Shared;
}

export function transcriptionInput(
  settings: TranscribeSettings,
  request: SessionRequest,
  resumable: boolean,
): StartStreamTranscriptionCommandInput {
  return compact({
    ...(shared(settings, request) as Shared & { LanguageCode?: LanguageCode }),
    IdentifyMultipleLanguages: settings.identifyMultipleLanguages && true,
    ShowSpeakerLabel: settings.speakerLabels || undefined,
    EnableChannelIdentification: request.channels === 2 || undefined,
    NumberOfChannels: request.channels === 2 ? 2 : undefined,
    SessionResumeWindow: resumable ? RESUME_WINDOW_MINUTES : undefined,
    AudioStream: events(request.audio),
  }) as StartStreamTranscriptionCommandInput;
}

export function analyticsInput(
  settings: TranscribeSettings,
  request: SessionRequest,
): StartCallAnalyticsStreamTranscriptionCommandInput {
  return {
    ...shared(settings, request),
    AudioStream: events(request.audio, {
      ConfigurationEvent: {
        ChannelDefinitions: [
          { ChannelId: 0, ParticipantRole: 'CUSTOMER' },
          { ChannelId: 1, ParticipantRole: 'AGENT' },
        ],
      },
    }),
  };
}

async function* events(audio: AsyncIterable<Uint8Array>, first?: AudioStream): AsyncGenerator<AudioStream> {
  if (first !== undefined) yield first;
  for await (const AudioChunk of audio) yield { AudioEvent: { AudioChunk } };
}

/** Without the keys that have no value: the SDK would send some of them. */
function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}
