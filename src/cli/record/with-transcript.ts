// A recording and, where it is wanted, its transcript: begun before it, finished after it, whatever becomes of it.

import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { CaptureReport } from '../../recording/capture/request.ts';
import type { FinishedTranscript, RecordingTranscript } from '../transcribe/beside-recording.ts';
import type { RecordRun } from './record-call.ts';

export interface RecordedWithTranscript {
  report: CaptureReport;
  transcript: FinishedTranscript | undefined;
}

/** Records with the transcript that `prepare` makes for the token of the recording's unfinished files. */
export async function withTranscript(
  folder: string | undefined,
  prepare: ((token: string) => Promise<RecordingTranscript | undefined>) | undefined,
  record: (beside: Pick<RecordRun, 'token' | 'tap'>, shows: boolean) => Promise<CaptureReport>,
  token = randomBytes(8).toString('hex'),
): Promise<RecordedWithTranscript> {
  const transcript = await prepare?.(token);
  let report: CaptureReport;
  try {
    report = await record({ token, tap: transcript?.tap }, transcript?.shows === true);
  } catch (error) {
    // What another process can go on with is finished by that one.
    await transcript?.finish(
      folder !== undefined && fs.existsSync(path.join(folder, `.kvsrec-${token}.checkpoint`)),
    );
    throw error;
  }
  return { report, transcript: await transcript?.finish() };
}
