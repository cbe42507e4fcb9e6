// One WAV file out of others, as `merge` and `redact` write it, and what they say of it.

import type { PcmStream } from '../audio/merge.ts';
import type { WavReader } from '../audio/wav-reader.ts';
import type { WrittenWav } from '../recording/wav-output.ts';
import { awsSettings } from './aws-settings.ts';
import type { CommandContext } from './command.ts';
import { durationText } from './duration-text.ts';
import { DAMAGED, DONE } from './exit-status.ts';
import { withWavs } from './open-wav.ts';
import { printable } from './printable.ts';
import { sizeText } from './size-text.ts';

interface AudioWarning {
  code: string;
  message: string;
  durationMs?: number;
}

/**
 * Writes what `make` makes of the inputs, and tells it. Answers the status.
 * @param facts Of the result's document, beside inputs and output.
 * @param look What else is to be warned of.
 * @throws KvsrecError As `withWavs` and `writeWav` do.
 */
export async function writeAudio(
  { settings, terminal, signal }: CommandContext,
  inputs: readonly string[],
  output: string,
  make: (readers: WavReader[]) => PcmStream,
  facts: Record<string, unknown>,
  look: (written: WrittenWav) => AudioWarning[] = () => [],
): Promise<number> {
  const { writeWav } = await import('../recording/wav-output.ts');
  return await withWavs(inputs, output, awsSettings(settings), signal, async (readers) => {
    const written = await writeWav(output, make(readers), { overwrite: settings.overwrite, signal });
    return tellResult(terminal, written, readers, facts, look(written));
  });
}

/**
 * Reports the result, with a warning for each source that held less than its header says, and `further` ones. Answers
 * the status.
 */
function tellResult(
  terminal: CommandContext['terminal'],
  written: WrittenWav,
  sources: readonly WavReader[],
  facts: Record<string, unknown>,
  further: readonly AudioWarning[],
): number {
  const truncated = sources
    .filter(({ missingFrames }) => missingFrames > 0)
    .map(({ name, missingFrames, sampleRate }) => {
      const durationMs = Math.round((missingFrames / sampleRate) * 1000);
      return {
        code: 'truncated',
        message: `${name} ends ${durationText(durationMs)} before its header says`,
        durationMs,
      };
    });
  const warnings = [...truncated, ...further];
  const { path, bytes, durationMs } = written;
  terminal.result(`${printable(path)}  ${sizeText(bytes)}  ${durationText(durationMs)}`);
  terminal.document({ inputs: sources.map(({ name }) => name), output: written, ...facts, warnings });
  for (const { message } of warnings) terminal.warning(message);
  return warnings.length > 0 ? DAMAGED : DONE;
}
