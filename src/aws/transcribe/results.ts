// Results of both operations in the form that the sessions take them. Times become milliseconds.

import type {
  CategoryEvent,
  Item,
  Result,
  TranscriptResultStream,
  UtteranceEvent,
} from '@aws-sdk/client-transcribe-streaming';
import type { RecognizedCategory, RecognizedResult, RecognizedWord } from '../../transcription/recognizer.ts';

const ms = (seconds: number | undefined) => Math.round((seconds ?? 0) * 1000);

/** The results of an event of StartStreamTranscription, of the first alternative each. */
export function* resultsOf(event: TranscriptResultStream): Generator<RecognizedResult> {
  for (const result of event.TranscriptEvent?.Transcript?.Results ?? []) {
    const one = resultOf(result);
    if (one !== undefined) yield one;
  }
}

function resultOf(result: Result): RecognizedResult | undefined {
  const [alternative] = result.Alternatives ?? [];
  if (result.ResultId === undefined || alternative === undefined) return undefined;
  return {
    id: result.ResultId,
    channel: Number(/\d+$/.exec(result.ChannelId ?? '')?.[0] ?? 0),
    startMs: ms(result.StartTime),
    endMs: ms(result.EndTime),
    partial: result.IsPartial === true,
    text: alternative.Transcript ?? '',
    language: result.LanguageCode ?? null,
    words: (alternative.Items ?? []).map(wordOf),
    entities: (alternative.Entities ?? []).map((entity) => ({
      category: entity.Category ?? 'PII',
      type: entity.Type ?? '',
      text: entity.Content ?? '',
      startMs: ms(entity.StartTime),
      endMs: ms(entity.EndTime),
      confidence: entity.Confidence ?? null,
    })),
  };
}

function wordOf(item: Item): RecognizedWord {
  return {
    text: item.Content ?? '',
    startMs: ms(item.StartTime),
    endMs: ms(item.EndTime),
    kind: item.Type === 'punctuation' ? 'punctuation' : 'word',
    confidence: item.Type === 'punctuation' ? null : (item.Confidence ?? null),
    ...(item.Speaker === undefined ? {} : { speaker: item.Speaker }),
    ...(item.VocabularyFilterMatch ? { filtered: true as const } : {}),
    ...(item.Stable === undefined ? {} : { stable: item.Stable }),
  };
}

/** An utterance of call analytics: the customer is channel 0, the agent channel 1. */
export function utteranceOf(event: UtteranceEvent): RecognizedResult | undefined {
  if (event.UtteranceId === undefined) return undefined;
  return {
    id: event.UtteranceId,
    channel: event.ParticipantRole === 'AGENT' ? 1 : 0,
    startMs: event.BeginOffsetMillis ?? 0,
    endMs: event.EndOffsetMillis ?? 0,
    partial: event.IsPartial === true,
    text: event.Transcript ?? '',
    language: event.LanguageCode ?? null,
    words: (event.Items ?? []).map((item) => ({
      text: item.Content ?? '',
      startMs: item.BeginOffsetMillis ?? 0,
      endMs: item.EndOffsetMillis ?? 0,
      kind: item.Type === 'punctuation' ? ('punctuation' as const) : ('word' as const),
      confidence: item.Type === 'punctuation' ? null : (item.Confidence ?? null),
      ...(item.VocabularyFilterMatch ? { filtered: true as const } : {}),
      ...(item.Stable === undefined ? {} : { stable: item.Stable }),
    })),
    entities: (event.Entities ?? []).map((entity) => ({
      category: entity.Category ?? 'PII',
      type: entity.Type ?? '',
      text: entity.Content ?? '',
      startMs: entity.BeginOffsetMillis ?? 0,
      endMs: entity.EndOffsetMillis ?? 0,
      confidence: entity.Confidence ?? null,
    })),
    ...(event.Sentiment === undefined ? {} : { sentiment: event.Sentiment }),
    issues: (event.IssuesDetected ?? []).map(({ CharacterOffsets }) => ({
      begin: CharacterOffsets?.Begin ?? 0,
      end: CharacterOffsets?.End ?? 0,
    })),
  };
}

export function categoriesOf(event: CategoryEvent): RecognizedCategory[] {
  return (event.MatchedCategories ?? []).map((name) => ({
    name,
    ranges: (event.MatchedDetails?.[name]?.TimestampRanges ?? []).map((range) => ({
      startMs: range.BeginOffsetMillis ?? 0,
      endMs: range.EndOffsetMillis ?? 0,
    })),
  }));
}
