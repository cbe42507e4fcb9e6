// The record function's event: the Java sample's, and what a link of a chain tells the next.

import { streamId } from '../../aws/stream-id.ts';
import { sha256 } from '../../recording/digest.ts';
import type { TrackChoice } from '../../recording/types.ts';
import type { Environment } from '../environment.ts';
import { EventFields } from '../event-fields.ts';
import { fields } from '../object-fields.ts';
import { WARM_UP_EVENT } from '../trigger.ts';

/** Where in the chain of invocations of one call this one is. */
export interface Chain {
  /** The request that began it. */
  run: string;
  /** From 1. */
  link: number;
}

interface CallEvent {
  kind: 'call';
  /** Tells the recording from all others: the same event gives the same one. */
  id: string;
  streamArn: string;
  startFragment: string | undefined;
  contactId: string;
  transcribe: boolean;
  save: boolean;
  languageCode: string;
  track: TrackChoice;
  chain: Chain | null;
}

interface FileEvent {
  kind: 'file';
  id: string;
  fileName: string;
  contactId: string;
  languageCode: string;
}

export type RecordEvent = CallEvent | FileEvent | { kind: 'warm-up' };
export type { CallEvent, FileEvent };

/**
 * Reads an event.
 * @throws KvsrecError `bad-event`, naming every fault.
 */
export function recordEvent(
  event: unknown,
  { START_SELECTOR_TYPE }: Pick<Environment<'record'>, 'START_SELECTOR_TYPE'>,
): RecordEvent {
  const given = new EventFields(event);
  const fileName = given.text('inputFileName');
  if (fileName === WARM_UP_EVENT.inputFileName) return { kind: 'warm-up' };
  const streamArn = given.text('streamARN');
  const startFragment = given.text('startFragmentNum');
  const contactId = given.text('connectContactId');
  const languageCode = given.text('languageCode') ?? 'en-US';
  const transcribe = given.flag('transcriptionEnabled', false);
  const save = given.flag('saveCallRecording', false);
  const from = given.flag('streamAudioFromCustomer', true);
  const to = given.flag('streamAudioToCustomer', true);

  if ((streamArn === undefined) === (fileName === undefined)) {
    given.fault('exactly one of streamARN and inputFileName must be given');
  }
  if (contactId === undefined) given.fault('connectContactId is missing');
  // As Transcribe spells them: en-US, zh-HK, es-419 and so on; the service knows which there are.
  if (!/^[a-z]{2,3}-[A-Z0-9]{2,3}$/.test(languageCode)) given.fault('languageCode is no code such as en-US');
  if (streamArn !== undefined) {
    if (!isArn(streamArn)) given.fault('streamARN is no ARN of a Kinesis video stream');
    if (START_SELECTOR_TYPE === 'FRAGMENT_NUMBER' && startFragment === undefined) {
      given.fault('startFragmentNum is missing, and START_SELECTOR_TYPE is FRAGMENT_NUMBER');
    }
    if (startFragment !== undefined && !/^\d+$/.test(startFragment)) {
      given.fault('startFragmentNum is no fragment number');
    }
    if (!from && !to) given.fault('streamAudioFromCustomer and streamAudioToCustomer are both false');
    if (!transcribe && !save) given.fault('transcriptionEnabled and saveCallRecording are both false');
  }
  const chain = chainOf(fields(event).kvsrecChain, given);
  given.check('record');

  const identity = [streamArn ?? fileName, contactId, startFragment ?? ''].join('\n');
  const id = sha256().update(identity).digest('hex').slice(0, 24);
  if (streamArn === undefined) {
    return { kind: 'file', id, fileName: fileName!, contactId: contactId!, languageCode };
  }
  return {
    kind: 'call',
    id,
    streamArn,
    startFragment,
    contactId: contactId!,
    transcribe,
    save,
    languageCode,
    track: from && to ? 'both' : from ? 'from' : 'to',
    chain,
  };
}

function isArn(arn: string): boolean {
  try {
    streamId({ arn });
    return true;
  } catch {
    return false;
  }
}

function chainOf(value: unknown, given: EventFields): Chain | null {
  if (value === undefined) return null;
  const { run, link } = fields(value);
  if (typeof run === 'string' && typeof link === 'number' && Number.isInteger(link) && link > 1) {
    return { run, link };
  }
  given.fault('kvsrecChain is not what an earlier invocation wrote');
  return null;
}
