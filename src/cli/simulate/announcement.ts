// What a simulator says when it listens: lines that a shell can evaluate.

import type { Simulator } from '../../simulator/index.ts';
import { printable } from '../printable.ts';

/** `export` lines, and the streams with their ARNs as comments. */
export function announcement({ environment, streams }: Simulator): string {
  const all = streams.list();
  return [
    ...Object.entries(environment).map(([name, value]) => `export ${name}=${value}`),
    ...all.map(({ name, arn }) => `# stream ${printable(name)} ${arn}`),
  ].join('\n');
}
