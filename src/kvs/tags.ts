// The tags that Kinesis Video Streams itself puts into a stream, and what its in-band errors mean.

export const FRAGMENT_NUMBER = 'AWS_KINESISVIDEO_FRAGMENT_NUMBER';
export const CONTINUATION_TOKEN = 'AWS_KINESISVIDEO_CONTINUATION_TOKEN';
export const MILLIS_BEHIND_NOW = 'AWS_KINESISVIDEO_MILLIS_BEHIND_NOW';
/** GetMedia's name first, then that of GetMediaForFragmentList. */
export const SERVER_TIMESTAMP = [
  'AWS_KINESISVIDEO_SERVER_TIMESTAMP',
  'AWS_KINESISVIDEO_SERVER_SIDE_TIMESTAMP',
];
export const PRODUCER_TIMESTAMP = [
  'AWS_KINESISVIDEO_PRODUCER_TIMESTAMP',
  'AWS_KINESISVIDEO_PRODUCER_SIDE_TIMESTAMP',
];
const ERROR_CODE = ['AWS_KINESISVIDEO_ERROR_CODE', 'AWS_KINESISVIDEO_EXCEPTION_ERROR_CODE'];
const ERROR_ID = 'AWS_KINESISVIDEO_ERROR_ID';
const ERROR_MESSAGE = 'AWS_KINESISVIDEO_EXCEPTION_MESSAGE';

/** Whether the service itself writes a tag of that name. */
export function isServiceTag(name: string): boolean {
  return name.startsWith('AWS_KINESISVIDEO_');
}

/** GetMedia API reference, "Errors within the stream"; the last column is what the reader of the message can do. */
const ERRORS: Record<number, [meaning: string, hint: string]> = {
  3002: [
    'the service could not write to the stream',
    'Ask for the stream again from the last complete fragment.',
  ],
  4000: ['the fragment asked for was not found', 'Start from a fragment that the stream still retains.'],
  4500: [
    'access to the stream’s KMS key was denied',
    'Allow kms:Decrypt on the stream’s key for the reading role.',
  ],
  4501: ['the stream’s KMS key is disabled', 'Enable the key in AWS KMS.'],
  4502: ['the stream’s KMS key failed validation', 'Check the key’s type and its policy in AWS KMS.'],
  4503: ['the stream’s KMS key is unavailable', 'Check the key’s state in AWS KMS and try again.'],
  4504: ['the stream’s KMS key has the wrong usage', 'The key must be one for ENCRYPT_DECRYPT.'],
  4505: [
    'the stream’s KMS key is in an invalid state',
    'Check whether the key is pending deletion or import.',
  ],
  4506: [
    'the stream’s KMS key was not found',
    'Check that the key still exists in the stream’s account and region.',
  ],
  5000: ['the service failed internally', 'Ask for the stream again from the last complete fragment.'],
};

export interface ServiceError {
  /** The numeric error id, for example 4500; undefined where the stream gives none. */
  id: number | undefined;
  /** The service's own code or message text; untrusted. */
  code: string;
  meaning: string;
  hint: string;
}

/** The in-band error that a fragment's tags report, if they do. */
export function serviceError(tags: ReadonlyMap<string, string>): ServiceError | undefined {
  const code = firstOf(tags, ERROR_CODE);
  const idText = tags.get(ERROR_ID);
  const message = tags.get(ERROR_MESSAGE);
  if (code === undefined && idText === undefined && message === undefined) return undefined;
  const number = [idText, code].map(Number).find((n) => Number.isInteger(n) && n > 0);
  const known = number === undefined ? undefined : ERRORS[number];
  return {
    id: number,
    code: message ?? code ?? idText ?? '',
    meaning: known?.[0] ?? 'the service reported an error in the stream',
    hint: known?.[1] ?? 'Look the error up in the GetMedia API reference.',
  };
}

/** The value of the first of several names that is there. */
export function firstOf(tags: ReadonlyMap<string, string>, names: readonly string[]): string | undefined {
  for (let i = 0; i < names.length; i++) {
    const value = tags.get(names[i]!);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Seconds with a fraction, as the service writes its timestamps, to milliseconds since the epoch; null if neither. */
export function timestampMs(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,12}(\.\d{1,9})?$/.test(text)) return null;
  return Math.round(Number(text) * 1000);
}
