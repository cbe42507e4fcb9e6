// What a simulator says when it listens: lines that a shell can evaluate.

import type { Simulator } from '../../simulator/index.ts';
import { quoted } from '../completion/flags.ts';
import { printable } from '../printable.ts';
import { MISLEADING } from './run-program.ts';

/** `export` lines, and the streams with their ARNs as comments. */
export function announcement(
  environment: Simulator['environment'],
  all: ReturnType<Simulator['streams']['list']>,
): string {
  const set = MISLEADING.filter((name) => process.env[name] !== undefined);
  return [
    ...(set.length === 0 ? [] : [`unset ${set.join(' ')}`]),
    ...Object.entries(environment).map(
      ([name, value]) => `export ${name}=${/^[\w:/.+=@-]*$/.test(value) ? value : quoted(value)}`,
    ),
    ...all.map(({ name, arn }) => `# stream ${printable(name)} ${arn}`),
  ].join('\n');
}
