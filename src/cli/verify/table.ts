// The readable result of `verify`: a row a dump, differences below it.

import type { VerifiedManifest } from '../../recording/manifest.ts';
import type { Paint } from '../paint.ts';
import { printable } from '../printable.ts';

export function verifyTable({ dumps }: VerifiedManifest, paint: Paint): string {
  const width = Math.max(0, ...dumps.map(({ dump }) => printable(dump).length));
  const lines = dumps.flatMap(({ dump, ok, differences, durationMs }) => [
    `${ok ? paint.good('ok     ') : paint.bad('differs')}  ${printable(dump).padEnd(width)}  ${paint.dim(`${Math.round(durationMs)} ms`)}`,
    ...differences.map((difference) => `         ${printable(difference)}`),
  ]);
  const different = dumps.filter(({ ok }) => !ok).length;
  const total = `${dumps.length} ${dumps.length === 1 ? 'dump' : 'dumps'}`;
  return [
    ...lines,
    different === 0 ? `${total}, no differences` : `${total}, ${different} with differences`,
  ].join('\n');
}
