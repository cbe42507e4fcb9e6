import { expect, test } from 'vitest';
import { junitReport } from '../../../src/cli/verify/junit.ts';

test('a JUnit report: a test case a dump, text made harmless', () => {
  const report = junitReport({
    manifest: 'fixtures/manifest.json',
    dumps: [
      { dump: 'a.mkv', ok: true, differences: [], durationMs: 12 },
      {
        dump: '<b>&".mkv',
        ok: false,
        differences: ['blocks: 1, not 2', 'a \u001b[31m "tag"'],
        durationMs: 1500.4,
      },
    ],
  });
  expect(report).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="kvsrec" tests="2" failures="1" errors="0" time="1.512">
  <testsuite name="fixtures/manifest.json" tests="2" failures="1" errors="0" time="1.512">
    <testcase classname="kvsrec.verify" name="a.mkv" time="0.012"/>
    <testcase classname="kvsrec.verify" name="&lt;b&gt;&amp;&quot;.mkv" time="1.500">
      <failure message="blocks: 1, not 2">blocks: 1, not 2
a \ufffd[31m &quot;tag&quot;</failure>
    </testcase>
  </testsuite>
</testsuites>
`);
});
