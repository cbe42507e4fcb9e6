// Results in the shape of each operation, with what the session asked for: redaction, filters, labels, languages.

import { joined, type Recognised } from './answers.ts';
import { eventMessage } from './event-stream.ts';
import type { SessionParameters } from './parameters.ts';
import type { ScriptEntity, TranscribeScript } from './script.ts';

/** Seconds with three decimals, as results count them. */
const seconds = (milliseconds: number) => Math.round(milliseconds) / 1000;

type Words = Recognised['words'];

interface Edited {
  text: string;
  words: (Words[number] & { match?: true })[];
  entities: { type: string; text: string; startMs: number; endMs: number; confidence: number }[];
}

/** A result as the message that carries it. */
export function resultMessage(
  recognised: Recognised,
  parameters: SessionParameters,
  script: TranscribeScript,
): Uint8Array {
  const edited = redact(filter(recognised, parameters), recognised, parameters);
  const language = languageOf(recognised, parameters, script);
  return parameters.operation === 'StartStreamTranscription'
    ? eventMessage('TranscriptEvent', {
        Transcript: { Results: [transcriptResult(recognised, edited, parameters, language)] },
      })
    : eventMessage('UtteranceEvent', utterance(recognised, edited, language));
}

function transcriptResult(
  { id, channel, segment, partial, startMs, endMs }: Recognised,
  { text, words, entities }: Edited,
  parameters: SessionParameters,
  language: Language,
): unknown {
  const { values } = parameters;
  return {
    ResultId: id,
    StartTime: seconds(startMs),
    EndTime: seconds(endMs),
    IsPartial: partial,
    ...(parameters.channels === 2 ? { ChannelId: `ch_${channel}` } : {}),
    ...(language.said ? { LanguageCode: language.code } : {}),
    ...(language.scored ? { LanguageIdentification: [{ LanguageCode: language.code, Score: 0.97 }] } : {}),
    Alternatives: [
      {
        Transcript: text,
        Items: words.map((word) => ({
          StartTime: seconds(word.startMs),
          EndTime: seconds(word.endMs),
          Type: word.mark ? 'punctuation' : 'pronunciation',
          Content: word.text,
          VocabularyFilterMatch: word.match === true,
          ...(word.mark ? {} : { Confidence: word.confidence ?? segment.confidence ?? 0.99 }),
          ...(values.get('show-speaker-label') === 'true' && segment.speaker !== undefined
            ? { Speaker: segment.speaker }
            : {}),
          ...(values.get('enable-partial-results-stabilization') === 'true' ? { Stable: !partial } : {}),
        })),
        ...(entities.length > 0
          ? {
              Entities: entities.map((entity) => ({
                StartTime: seconds(entity.startMs),
                EndTime: seconds(entity.endMs),
                Category: 'PII',
                Type: entity.type,
                Content: entity.text,
                Confidence: entity.confidence,
              })),
            }
          : {}),
      },
    ],
  };
}

function utterance(
  { id, channel, segment, partial, startMs, endMs }: Recognised,
  { text, words, entities }: Edited,
  language: Language,
): unknown {
  return {
    UtteranceId: id,
    IsPartial: partial,
    ParticipantRole: channel === 0 ? 'CUSTOMER' : 'AGENT',
    BeginOffsetMillis: Math.round(startMs),
    EndOffsetMillis: Math.round(endMs),
    Transcript: text,
    ...(language.said ? { LanguageCode: language.code } : {}),
    Items: words.map((word) => ({
      BeginOffsetMillis: Math.round(word.startMs),
      EndOffsetMillis: Math.round(word.endMs),
      Type: word.mark ? 'punctuation' : 'pronunciation',
      Content: word.text,
      VocabularyFilterMatch: word.match === true,
      ...(word.mark ? {} : { Confidence: word.confidence ?? segment.confidence ?? 0.99 }),
    })),
    Entities: entities.map((entity) => ({
      BeginOffsetMillis: Math.round(entity.startMs),
      EndOffsetMillis: Math.round(entity.endMs),
      Category: 'PII',
      Type: entity.type,
      Content: entity.text,
      Confidence: entity.confidence,
    })),
    ...(partial || segment.sentiment === undefined ? {} : { Sentiment: segment.sentiment }),
    ...(partial || segment.issues === undefined
      ? {}
      : {
          IssuesDetected: segment.issues.map(({ begin, end }) => ({
            CharacterOffsets: { Begin: begin, End: end },
          })),
        }),
  };
}

/** Call analytics: a category and the passage that made it match. */
export function categoryMessage(name: string, startMs: number, endMs: number): Uint8Array {
  return eventMessage('CategoryEvent', {
    MatchedCategories: [name],
    MatchedDetails: {
      [name]: {
        TimestampRanges: [{ BeginOffsetMillis: Math.round(startMs), EndOffsetMillis: Math.round(endMs) }],
      },
    },
  });
}

interface Language {
  code: string;
  said: boolean;
  scored: boolean;
}

function languageOf(
  { segment }: Recognised,
  { values }: SessionParameters,
  script: TranscribeScript,
): Language {
  const identified =
    values.get('identify-language') === 'true' || values.get('identify-multiple-languages') === 'true';
  const code = segment.language ?? script.language ?? values.get('preferred-language') ?? 'en-US';
  return { code, said: identified, scored: values.get('identify-language') === 'true' };
}

/** The vocabulary filter, on the words that the script names. */
function filter({ words, segment, text }: Recognised, { values }: SessionParameters): Edited {
  const method = values.get('vocabulary-filter-method') ?? 'mask';
  const named = new Set((segment.filtered ?? []).map((word) => word.toLowerCase()));
  const active = values.has('vocabulary-filter-name') || values.has('vocabulary-filter-names');
  if (!active || named.size === 0) return { text, words, entities: [] };
  const edited = words.flatMap((word) => {
    if (!named.has(word.text.toLowerCase())) return [word];
    if (method === 'remove') return [];
    return [method === 'tag' ? { ...word, match: true as const } : { ...word, text: '***' }];
  });
  return { text: method === 'tag' ? text : joined(edited), words: edited, entities: [] };
}

/** Redaction and identification, of final results alone, as the service does it. */
function redact(edited: Edited, { segment, partial }: Recognised, { values }: SessionParameters): Edited {
  const redacts = values.has('content-redaction-type');
  if (partial || !(redacts || values.has('content-identification-type'))) return edited;
  const types = (values.get('pii-entity-types') ?? 'ALL').split(',').map((type) => type.trim());
  const wanted = (segment.entities ?? []).filter(({ type }) => types.includes('ALL') || types.includes(type));
  return wanted.reduce((so, entity) => withEntity(so, entity, redacts), edited);
}

function withEntity(edited: Edited, entity: ScriptEntity, redacts: boolean): Edited {
  const tokens = entity.text.split(/\s+/);
  const at = edited.words.findIndex((_, index) =>
    tokens.every((token, k) => edited.words[index + k]?.text === token),
  );
  if (at < 0) return edited;
  const first = edited.words[at]!;
  const last = edited.words[at + tokens.length - 1]!;
  const content = redacts ? `[${entity.type}]` : entity.text;
  return {
    text: redacts ? edited.text.replace(entity.text, content) : edited.text,
    words: redacts
      ? [
          ...edited.words.slice(0, at),
          { ...first, text: content, endMs: last.endMs },
          ...edited.words.slice(at + tokens.length),
        ]
      : edited.words,
    entities: [
      ...edited.entities,
      {
        type: entity.type,
        text: content,
        startMs: first.startMs,
        endMs: last.endMs,
        confidence: entity.confidence ?? 0.99,
      },
    ],
  };
}
