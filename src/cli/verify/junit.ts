// The result of `verify` as a JUnit report, for CI.

import type { VerifiedManifest } from '../../recording/manifest.ts';

/** An XML document; a dump is a test case. */
export function junitReport({ manifest, dumps }: VerifiedManifest): string {
  const failures = dumps.filter(({ ok }) => !ok).length;
  const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(3);
  const total = seconds(dumps.reduce((sum, { durationMs }) => sum + durationMs, 0));
  const counts = `tests="${dumps.length}" failures="${failures}" errors="0" time="${total}"`;
  const cases = dumps.map(({ dump, ok, differences, durationMs }) => {
    const open = `    <testcase classname="kvsrec.verify" name="${xml(dump)}" time="${seconds(durationMs)}"`;
    if (ok) return `${open}/>`;
    const failure = `      <failure message="${xml(differences[0] ?? 'differs')}">${xml(differences.join('\n'))}</failure>`;
    return `${open}>\n${failure}\n    </testcase>`;
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="kvsrec" ${counts}>`,
    `  <testsuite name="${xml(manifest)}" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for content or an attribute; what XML 1.0 cannot hold (section 2.2) becomes a replacement character. */
function xml(text: string): string {
  return Buffer.from(text)
    .toString()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
