// What a request asks for, and what the service refuses about it.
// https://docs.aws.amazon.com/transcribe/latest/APIReference/API_streaming_StartStreamTranscription.html

export type Operation = 'StartStreamTranscription' | 'StartCallAnalyticsStreamTranscription';

const PATHS: Record<string, Operation> = {
  '/stream-transcription': 'StartStreamTranscription',
  '/call-analytics-stream-transcription': 'StartCallAnalyticsStreamTranscription',
};

const PREFIX = 'x-amzn-transcribe-';

export interface SessionParameters {
  operation: Operation;
  /** The `x-amzn-transcribe-…` headers without the prefix. */
  values: ReadonlyMap<string, string>;
  sessionId: string | undefined;
  /** Frames a second. */
  sampleRate: number;
  channels: 1 | 2;
}

/** The operation at a path; undefined where there is none. */
export function operationAt(path: string): Operation | undefined {
  return PATHS[path];
}

export function readParameters(
  operation: Operation,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): SessionParameters {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(PREFIX) && value !== undefined) values.set(name.slice(PREFIX.length), String(value));
  }
  const analytics = operation === 'StartCallAnalyticsStreamTranscription';
  return {
    operation,
    values,
    sessionId: values.get('session-id'),
    sampleRate: Number(values.get('sample-rate')),
    channels: analytics || values.get('number-of-channels') === '2' ? 2 : 1,
  };
}

/** The message of the `BadRequestException` that the parameters get; undefined where they are in order. */
export function refusal(parameters: SessionParameters): string | undefined {
  return RULES.find(([broken]) => broken(parameters))?.[1];
}

type Rule = [(parameters: SessionParameters) => boolean, string];

const on = ({ values }: SessionParameters, name: string) => values.get(name) === 'true';
const given = ({ values }: SessionParameters, ...names: string[]) => names.some((name) => values.has(name));
const isAnalytics = ({ operation }: SessionParameters) =>
  operation === 'StartCallAnalyticsStreamTranscription';
const identifies = (p: SessionParameters) =>
  on(p, 'identify-language') || on(p, 'identify-multiple-languages');
const options = ({ values }: SessionParameters) => (values.get('language-options') ?? '').split(',');

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const RULES: readonly Rule[] = [
  [({ values }) => values.get('media-encoding') !== 'pcm', 'MediaEncoding has to be pcm here.'],
  [
    ({ sampleRate }) => !(sampleRate >= 8000 && sampleRate <= 48_000),
    'MediaSampleRateHertz has to lie between 8000 and 48000.',
  ],
  [({ sessionId }) => sessionId !== undefined && !UUID.test(sessionId), 'SessionId is not a valid id.'],
  [
    (p) =>
      [given(p, 'language-code'), on(p, 'identify-language'), on(p, 'identify-multiple-languages')].filter(
        Boolean,
      ).length !== 1,
    'Exactly one of LanguageCode, IdentifyLanguage and IdentifyMultipleLanguages has to be given.',
  ],
  [(p) => identifies(p) && options(p).length < 2, 'LanguageOptions has to name two languages or more.'],
  [
    (p) => new Set(options(p).map((code) => code.split('-')[0])).size !== options(p).length,
    'LanguageOptions has two dialects of one language.',
  ],
  [(p) => given(p, 'language-options') && !identifies(p), 'LanguageOptions needs IdentifyLanguage.'],
  [
    (p) => given(p, 'preferred-language') && !options(p).includes(p.values.get('preferred-language')!),
    'PreferredLanguage is not one of LanguageOptions.',
  ],
  [
    (p) => given(p, 'preferred-language') && on(p, 'identify-multiple-languages'),
    'PreferredLanguage goes with IdentifyLanguage alone.',
  ],
  [
    (p) =>
      identifies(p) &&
      given(p, 'language-model-name', 'content-redaction-type', 'content-identification-type'),
    'Language identification cannot be combined with custom language models or redaction.',
  ],
  [
    (p) => identifies(p) && given(p, 'vocabulary-name', 'vocabulary-filter-name'),
    'With language identification, use VocabularyNames and VocabularyFilterNames.',
  ],
  [
    (p) => !identifies(p) && given(p, 'vocabulary-names', 'vocabulary-filter-names'),
    'VocabularyNames and VocabularyFilterNames need language identification.',
  ],
  [
    (p) => given(p, 'content-identification-type') && given(p, 'content-redaction-type'),
    'ContentIdentificationType and ContentRedactionType exclude each other.',
  ],
  [
    (p) => given(p, 'pii-entity-types') && !given(p, 'content-identification-type', 'content-redaction-type'),
    'PiiEntityTypes needs ContentIdentificationType or ContentRedactionType.',
  ],
  [
    (p) => given(p, 'partial-results-stability') && !on(p, 'enable-partial-results-stabilization'),
    'PartialResultsStability needs EnablePartialResultsStabilization.',
  ],
  [
    (p) => !isAnalytics(p) && on(p, 'enable-channel-identification') !== given(p, 'number-of-channels'),
    'EnableChannelIdentification and NumberOfChannels go together.',
  ],
  [
    ({ values }) => values.has('number-of-channels') && values.get('number-of-channels') !== '2',
    'NumberOfChannels has to be 2.',
  ],
  [
    (p) => on(p, 'show-speaker-label') && on(p, 'enable-channel-identification'),
    'ShowSpeakerLabel and EnableChannelIdentification exclude each other.',
  ],
  [
    ({ values }) => {
      const window = values.get('session-resume-window');
      return window !== undefined && !(Number(window) >= 1 && Number(window) <= 300);
    },
    'SessionResumeWindow has to lie between 1 and 300.',
  ],
];
