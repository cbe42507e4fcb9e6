// The order of test files: those that take long begin, so that none of them is alone at the end.

import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take long on a machine with two cores, the longest first. */
const LONG = [
  'fuzz/fuzz',
  'lambda/record',
  'transcription/sessions',
  'recording/capture/kills',
  'binary/binary',
  'demo/demo',
  'docs/commands',
  'recording/capture/chaos',
  'cli/record-upload',
  'report/page',
  'cli/commands/record',
  'package/package',
  'e2e/conversation',
  'cli/completion/completion',
  'cli/commands/examples',
  'docs/schemas',
  'cli/commands/upload',
  'aws/s3/growing-upload',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const path = relative(import.meta.dirname, moduleId).replaceAll('\\', '/');
      const place = LONG.indexOf(path.replace(/\.test\.ts$/, ''));
      return place < 0 ? LONG.length : place;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
