// What Amazon Transcribe is asked to do beside recognising words, and which of that cannot go together.

import { KvsrecError } from '../../errors.ts';
import { ANALYTICS_LANGUAGES, languageCode, STREAMING_LANGUAGES } from './languages.ts';

export const STABILITIES = ['low', 'medium', 'high'] as const;
export const FILTER_METHODS = ['mask', 'remove', 'tag'] as const;

/** Types of personal information that call analytics does not know, of those that there are. */
const NOT_OF_ANALYTICS: readonly string[] = [
  'AGE',
  'DATE_TIME',
  'LICENSE_PLATE',
  'PASSPORT_NUMBER',
  'PASSWORD',
  'USERNAME',
  'VEHICLE_IDENTIFICATION_NUMBER',
];

/** https://docs.aws.amazon.com/transcribe/latest/APIReference/API_streaming_StartStreamTranscription.html */
export interface TranscribeSettings {
  /** One of three: the language, languages one of which it is, languages that are mixed. */
  language?: string | undefined;
  identifyLanguage?: readonly string[] | undefined;
  identifyMultipleLanguages?: readonly string[] | undefined;
  preferredLanguage?: string | undefined;
  /** One for a language, any number where the language is identified. */
  vocabularies?: readonly string[] | undefined;
  vocabularyFilters?: readonly string[] | undefined;
  vocabularyFilterMethod?: (typeof FILTER_METHODS)[number] | undefined;
  languageModel?: string | undefined;
  /** `identify` flags personal information, `redact` takes it out. */
  pii?: 'identify' | 'redact' | undefined;
  piiTypes?: readonly string[] | undefined;
  /** Steadier partial results, for some accuracy. */
  stability?: (typeof STABILITIES)[number] | undefined;
  /** Tell voices apart, in audio of one channel. */
  speakerLabels?: boolean | undefined;
  /** Call analytics: utterances with sentiment, issues and categories. */
  analytics?: boolean | undefined;
  /** Sessions with a channel per direction, or with one channel; undefined where the input is still to tell. */
  channels: 1 | 2 | undefined;
}

/**
 * The settings with every language in the service's spelling.
 * @throws KvsrecError `transcribe-settings` (exit 2) for what the service would refuse.
 */
export function checkedTranscribeSettings(settings: TranscribeSettings): TranscribeSettings {
  for (const [broken, message, hint] of RULES) if (broken(settings)) throw usage(message, hint);
  const known = settings.analytics ? ANALYTICS_LANGUAGES : STREAMING_LANGUAGES;
  const code = (given: string) => {
    const found = languageCode(given, known);
    if (found !== undefined) return found;
    const near = [...known].filter((one) => one.split('-')[0] === given.split('-')[0]?.toLowerCase());
    throw usage(
      `"${given}" is no language of ${settings.analytics ? 'call analytics' : 'Amazon Transcribe streaming'}`,
      near.length > 0 ? `There is ${near.join(', ')}.` : 'Languages are written as en-US.',
    );
  };
  const codes = (given: readonly string[]) => {
    const list = given.map(code);
    const dialects = new Set(list.map((one) => one.split('-')[0]));
    if (dialects.size === list.length) return list;
    throw usage(
      `${list.join(', ')} name two dialects of one language`,
      'Give one dialect of each language that may be spoken.',
    );
  };
  const { language, identifyLanguage, identifyMultipleLanguages, preferredLanguage } = settings;
  const preferred = preferredLanguage === undefined ? undefined : code(preferredLanguage);
  const options = identifyLanguage && codes(identifyLanguage);
  if (preferred !== undefined && !options?.includes(preferred)) {
    throw usage(
      `the preferred language ${preferred} is not among the languages to identify`,
      'Name it in --identify-language as well.',
    );
  }
  return {
    ...settings,
    language: language === undefined ? undefined : code(language),
    identifyLanguage: options,
    identifyMultipleLanguages: identifyMultipleLanguages && codes(identifyMultipleLanguages),
    preferredLanguage: preferred,
  };
}

type Rule = readonly [broken: (settings: TranscribeSettings) => boolean, message: string, hint: string];

const identifies = (s: TranscribeSettings) =>
  s.identifyLanguage !== undefined || s.identifyMultipleLanguages !== undefined;
const several = (list: readonly string[] | undefined) => (list?.length ?? 0) > 1;
const fewer = (list: readonly string[] | undefined) => list !== undefined && list.length < 2;
const any = (list: readonly string[] | undefined) => (list?.length ?? 0) > 0;

const RULES: readonly Rule[] = [
  [
    (s) => s.language === undefined && !identifies(s),
    'no language was given',
    'Give --language en-US, for example, or --identify-language en-US,es-US.',
  ],
  [
    (s) =>
      [s.language, s.identifyLanguage, s.identifyMultipleLanguages].filter((one) => one !== undefined)
        .length > 1,
    '--language, --identify-language and --identify-multiple-languages exclude each other',
    'Give one of them; settings may come from the environment or the config file, too.',
  ],
  [
    (s) => fewer(s.identifyLanguage) || fewer(s.identifyMultipleLanguages),
    'one language alone cannot be told from others',
    'Name two languages or more to identify, or give --language.',
  ],
  [
    (s) => s.preferredLanguage !== undefined && s.identifyLanguage === undefined,
    '--preferred-language needs --identify-language',
    'Leave it out, or name the languages that may be spoken with --identify-language.',
  ],
  [
    (s) => identifies(s) && s.languageModel !== undefined,
    '--language-model cannot be used where the language is identified',
    'Give --language with the language model.',
  ],
  [
    (s) => identifies(s) && s.pii !== undefined,
    '--pii cannot be used where the language is identified',
    'Give --language with --pii.',
  ],
  [
    (s) => !identifies(s) && several(s.vocabularies),
    'several vocabularies need several languages',
    'Give one --vocabulary, or name the languages with --identify-language.',
  ],
  [
    (s) => !identifies(s) && several(s.vocabularyFilters),
    'several vocabulary filters need several languages',
    'Give one --vocabulary-filter, or name the languages with --identify-language.',
  ],
  [
    (s) => s.vocabularyFilterMethod !== undefined && !any(s.vocabularyFilters),
    '--vocabulary-filter-method needs --vocabulary-filter',
    'Name the filter that the method is for.',
  ],
  [
    (s) => any(s.piiTypes) && s.pii === undefined,
    '--pii-types needs --pii',
    'Say what to do with them: --pii identify or --pii redact.',
  ],
  [
    (s) => s.speakerLabels === true && s.analytics === true,
    '--speaker-labels and --analytics exclude each other',
    'Call analytics tells the speakers by their channels.',
  ],
  [
    (s) => s.speakerLabels === true && s.channels === 2,
    '--speaker-labels tells voices apart in audio of one channel',
    'Two directions are told apart without it. For labels within a direction, add --sessions per-direction.',
  ],
  [
    (s) => s.analytics === true && s.channels === 1,
    '--analytics needs both directions in one session',
    'Leave out --sessions per-direction; one direction alone can be transcribed without --analytics.',
  ],
  [
    (s) => s.analytics === true && s.identifyMultipleLanguages !== undefined,
    'call analytics cannot identify several languages',
    'Give --language or --identify-language.',
  ],
  [
    (s) => s.analytics === true && (s.piiTypes ?? []).some((type) => NOT_OF_ANALYTICS.includes(type)),
    'call analytics does not know all of these types of personal information',
    `Leave out ${NOT_OF_ANALYTICS.join(', ')}, or --analytics.`,
  ],
];

function usage(message: string, hint: string): KvsrecError {
  return new KvsrecError('transcribe-settings', message, { exitCode: 2, hint });
}
