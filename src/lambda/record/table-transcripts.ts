// TEMPORARY

import type { RecordSummary } from './summary.ts';
import type { CallTranscripts, TranscriptsOptions } from './transcripts.ts';
export function tableTranscripts(_: TranscriptsOptions): CallTranscripts {
  throw new Error('no');
}
export async function transcribeFile(..._: unknown[]): Promise<RecordSummary> {
  throw new Error('no');
}
