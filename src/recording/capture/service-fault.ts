// Errors that the service reports inside a stream: which of them waiting helps against, and what to do about the others.
import { KvsrecError } from '../../errors.ts';
import type { ServiceError } from '../../kvs/tags.ts';
import { type MediaStart, SourceFault } from './media-source.ts';

/** GetMedia API reference, “Errors within the stream”. */
export const NOT_FOUND = 4000;
const KMS_FIRST = 4500;
const KMS_LAST = 4506;
/** Of the KMS errors, the one that may be over in a moment: the key is unavailable. */
const KMS_UNAVAILABLE = 4503;

export function inBandFault(error: ServiceError, stream: string, start: MediaStart): SourceFault {
  const { id, meaning, hint, code } = error;
  const message = `${stream}: ${meaning} (${code}${id === undefined || String(id) === code ? '' : `, ${id}`})`;
  if (id === NOT_FOUND) {
    return new SourceFault(
      'fatal',
      new KvsrecError(
        'fragment-not-found',
        start.at === 'fragment' ? `${stream} does not retain fragment ${start.number}` : message,
        {
          hint: 'Start from what it still retains with --start earliest, or from a time with --start 2024-09-18T16:41:28Z.',
        },
      ),
    );
  }
  if (id !== undefined && id >= KMS_FIRST && id <= KMS_LAST) {
    const kind = id === KMS_UNAVAILABLE ? 'transient' : 'fatal';
    return new SourceFault(kind, new KvsrecError('kms', message, { hint }));
  }
  return new SourceFault('transient', new KvsrecError('service-error', message, { hint }));
}
