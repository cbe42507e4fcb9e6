// Errors that are reported inside a body, in the tags of a document of their own.
import { FRAGMENT_NUMBER } from '../kvs/tags.ts';
import { tagsDocument } from './ebml-writer.ts';
import { IN_BAND_ERRORS } from './service-error.ts';

/** What GetMedia ends a body with. */
export function inBandError(id: number): Buffer {
  return tagsDocument([
    ['AWS_KINESISVIDEO_ERROR_CODE', IN_BAND_ERRORS[id] ?? 'Internal error'],
    ['AWS_KINESISVIDEO_ERROR_ID', String(id)],
  ]);
}

/** What GetMediaForFragmentList says of a fragment that it cannot give. */
export function fragmentException(number: string, id: number): Buffer {
  return tagsDocument([
    [FRAGMENT_NUMBER, number],
    ['AWS_KINESISVIDEO_EXCEPTION_ERROR_CODE', String(id)],
    ['AWS_KINESISVIDEO_EXCEPTION_MESSAGE', IN_BAND_ERRORS[id] ?? 'Internal error'],
  ]);
}
