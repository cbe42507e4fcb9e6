// What must be true when the call is over, each with the line that says so; what is not true ends the demonstration.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { KvsrecError } from '../src/errors.ts';
import type { RequestRecord } from '../src/simulator/index.ts';
import { BUCKET, CUT_AT_BYTE, PREFIX, SAID } from './call.ts';
import type { Said } from './live-words.ts';
import { CUT_TEXT } from './report.ts';

/** One connection was cut in the middle of a fragment, and another took up after it. */
export function checkConnections(requests: readonly RequestRecord[]): string {
  const ends = requests.map(({ ended, bytes }) => `${ended} after ${bytes} bytes`);
  const [first, ...others] = requests;
  const once = first?.ended === 'cut' && first.bytes === CUT_AT_BYTE && others.length > 0;
  require(once && others.every(({ ended }) => ended !== 'cut'), 'the connection was not cut once', ends);
  const cutAt = CUT_AT_BYTE.toLocaleString('en-US');
  return `${requests.length} connections: cut at byte ${cutAt}, taken up after the last whole fragment`;
}

/** The objects are what `split` makes of the dump, no more and no fewer. */
export function checkRecordings(downloaded: readonly string[], split: readonly string[]): string {
  const found = downloaded.map((file) => path.basename(file));
  const missing = split.filter((file) => !found.includes(path.basename(file)));
  const right = found.length === split.length && missing.length === 0;
  require(right, `S3 has ${found.length} recordings where split makes ${split.length}`, found);
  const different = split.filter(
    (file) => !readFileSync(file).equals(readFileSync(downloaded[found.indexOf(path.basename(file))]!)),
  );
  require(different.length === 0, 'recordings differ from what split makes of the dump', different);
  return `${split.length} recordings in S3, identical with split of the dump despite the cut`;
}

/** The tables hold the conversation: all of it, in order, and nothing unfinished. */
export function checkWords(said: readonly Said[]): string {
  const text = (lines: readonly { direction: string; text: string }[]) =>
    lines.map(({ direction, text }) => `${direction}: ${text}`);
  const found = text(said.map(({ direction, Transcript }) => ({ direction, text: Transcript })));
  const right = JSON.stringify(found) === JSON.stringify(text(SAID)) && said.every((each) => !each.IsPartial);
  require(right, 'the words in DynamoDB are not those of the conversation', found);
  return `${said.length} segments in DynamoDB, word for word the conversation`;
}

/** The contact's summary tells who called, where the recordings are, and what was said. */
export function checkContact(item: Readonly<Record<string, unknown>> = {}): string {
  const spoken = (direction: string) =>
    SAID.filter((each) => each.direction === direction).map(({ text }) => text);
  const { audioFromCustomer, audioToCustomer, combinedAudio } = item;
  const right =
    typeof item.customerPhoneNumber === 'string' &&
    [audioFromCustomer, audioToCustomer, combinedAudio].every((at) => String(at).includes(`/${PREFIX}`)) &&
    String(combinedAudio).startsWith(`${BUCKET}/`) &&
    item.contactTranscriptFromCustomer === spoken('from').join(' ') &&
    item.contactTranscriptToCustomer === spoken('to').join(' ');
  require(right, "the contact's item in DynamoDB is not complete", [JSON.stringify(item)]);
  return "the contact's item: who called, where the recordings are, what was said";
}

/** Page and picture are there, and the page tells of the reconnection and of all that was said. */
export function checkReport(files: readonly string[]): string {
  const page = files.find((file) => file.endsWith('.html'));
  require(page !== undefined &&
    files.some((file) => file.endsWith('.png')), 'the report was not written', files);
  const html = readFileSync(page, 'utf8');
  const missing = [CUT_TEXT, ...SAID.map(({ text }) => text)].filter((text) => !html.includes(text));
  require(missing.length === 0, 'the report leaves out', missing);
  return 'the report has all that was said, and the reconnection on its timeline';
}

function require(right: boolean, what: string, found: readonly string[]): asserts right {
  if (right) return;
  throw new KvsrecError('demo-check-failed', [`${what}:`, ...found.map((line) => `  ${line}`)].join('\n'));
}
