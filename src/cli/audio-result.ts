// What `merge` and `redact` say of the WAV file they wrote.

import type { WavReader } from '../audio/wav-reader.ts';
import type { WrittenWav } from '../recording/wav-output.ts';
import type { CommandContext } from './command.ts';
import { durationText } from './duration-text.ts';
import { DAMAGED, DONE } from './exit-status.ts';
import { printable } from './printable.ts';
import { sizeText } from './size-text.ts';

/** Reports the result, with a warning for each source that held less than its header says. Answers the status. */
export function tellResult(
  terminal: CommandContext['terminal'],
  written: WrittenWav,
  sources: readonly WavReader[],
  facts: Record<string, unknown>,
): number {
  const warnings = sources
    .filter(({ missingFrames }) => missingFrames > 0)
    .map(({ name, missingFrames, sampleRate }) => {
      const durationMs = Math.round((missingFrames / sampleRate) * 1000);
      return {
        code: 'truncated',
        message: `${name} ends ${durationText(durationMs)} before its header says`,
        durationMs,
      };
    });
  const { path, bytes, durationMs } = written;
  terminal.result(`${printable(path)}  ${sizeText(bytes)}  ${durationText(durationMs)}`);
  terminal.document({ inputs: sources.map(({ name }) => name), output: written, ...facts, warnings });
  for (const { message } of warnings) terminal.warning(message);
  return warnings.length > 0 ? DAMAGED : DONE;
}
