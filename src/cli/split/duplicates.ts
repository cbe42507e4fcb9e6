// No input may be given twice.

import { KvsrecError } from '../../errors.ts';
import { realPlace } from '../real-place.ts';

/**
 * Refuses an input that is given twice, by whichever path.
 * @throws KvsrecError `duplicate-input` (exit 2).
 */
export function refuseDuplicates(inputs: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const input of inputs) {
    const place = input === '-' || /^s3:\/\//i.test(input) ? input : realPlace(input);
    const earlier = seen.get(place);
    if (earlier !== undefined) {
      const both =
        earlier === input ? `${input} is given twice` : `${earlier} and ${input} are the same file`;
      throw new KvsrecError('duplicate-input', both, { exitCode: 2, hint: 'Give every input once.' });
    }
    seen.set(place, input);
  }
}
