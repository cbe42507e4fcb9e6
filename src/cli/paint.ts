// Colours, for streams that want them.

import type { OutputModes } from './output-modes.ts';

/** Functions that colour a text, or give it back as it is. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  warning(text: string): string;
  bad(text: string): string;
}

const same = (text: string): string => text;
export const PLAIN: Paint = { bold: same, dim: same, good: same, warning: same, bad: same };

/** Whether a stream gets colours: as the setting says, else where it is a terminal and nobody objects (`NO_COLOR`). */
export function wantsColor(
  stream: { isTTY?: boolean },
  color: OutputModes['color'],
  env: NodeJS.ProcessEnv,
): boolean {
  if (color !== 'auto') return color;
  return stream.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

/** The paint for a stream; loads chalk only where there is something to colour. */
export async function paintFor(stream: { isTTY?: boolean }, color: OutputModes['color']): Promise<Paint> {
  if (!wantsColor(stream, color, process.env)) return PLAIN;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return { bold: chalk.bold, dim: chalk.dim, good: chalk.green, warning: chalk.yellow, bad: chalk.red };
}
