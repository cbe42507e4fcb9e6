import { statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { corpus, fixture } from '../../../fixtures/corpus.ts';
import type { Inspection } from '../../../src/recording/types.ts';
import { buildOnce, ROOT, runCli, scratchDirectory } from '../run-cli.ts';

beforeAll(buildOnce);

const dump = (name: string) => join(ROOT, 'fixtures', `${name}.mkv`);

describe('inspect', () => {
  test.each(corpus.filter((each) => each.build().truth.structure).map(({ name }) => name))(
    '%s --json',
    async (name) => {
      const { truth } = fixture(name).build();
      const { stdout } = await runCli(['inspect', dump(name), '--json']);
      const inspection = JSON.parse(stdout) as Inspection;
      expect(inspection).toMatchObject({
        input: dump(name),
        bytes: statSync(dump(name)).size,
        ...truth.structure,
      });
      expect(inspection.fragments).toBeUndefined();
      expect(inspection.tags).toBeUndefined();
    },
  );

  test('--fragments and --tags', async () => {
    const { stdout } = await runCli(['inspect', dump('plain-call'), '--fragments', '--tags', '--json']);
    const inspection = JSON.parse(stdout) as Inspection;
    expect(inspection.fragments).toHaveLength(inspection.clusters);
    expect(inspection.fragments![0]).toMatchObject({
      contactId: expect.any(String),
      blocks: expect.any(Number),
    });
    expect(inspection.tags!.flatMap(({ tags }) => tags.map(({ name }) => name))).toContain('ContactId');

    const text = (await runCli(['inspect', dump('plain-call'), '--fragments', '--tags'])).stdout;
    expect(text).toContain('\nFragments\n');
    expect(text).toContain('\nTags\n');
    expect(text).toContain(inspection.fragments![0]!.number);
  });

  test('for people: tracks with both formats, contacts', async () => {
    const { status, stdout, stderr } = await runCli(['inspect', dump('demo-call')]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/AUDIO_FROM_CUSTOMER +A_AAC +L16 +8000 Hz +1 channel/);
    expect(stdout).toContain(fixture('demo-call').build().truth.contacts[0]!.contactId);
  });

  test('--tree', async () => {
    const { status, stdout } = await runCli(['inspect', dump('demo-call'), '--tree']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ {11}0 {2}EBML {2}0x1a45dfa3/);
    const json = await runCli(['inspect', dump('demo-call'), '--tree', '--json']);
    expect(JSON.parse(json.stdout).elements).toHaveLength(stdout.trimEnd().split('\n').length);
  });

  test('damage is status 3, with and without --tree', async () => {
    for (const flags of [[], ['--tree']]) {
      expect((await runCli(['inspect', dump('truncated-in-block'), ...flags])).status).toBe(3);
    }
  });

  test.each([[], ['--fragments', '--tags'], ['--tags', '--json'], ['--tree']])(
    'text from the stream cannot steer the terminal %s %s',
    async (...flags) => {
      const { stdout, stderr } = await runCli(['inspect', dump('hostile-tags'), ...flags]);
      expect(stdout + stderr).toMatch(
        /^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]*$/,
      );
    },
  );

  test.each([[[]], [['--json']]])('nothing at all is an error with --tree, too %s', async (flags) => {
    const { status, stdout, stderr } = await runCli(['inspect', '-', '--tree', ...flags]);
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('- is empty') });
    expect(stdout === '' ? '' : JSON.parse(stdout).error.code).toBe(flags.length === 0 ? '' : 'empty-input');
  });

  test.skipIf(process.platform === 'win32')('a link to itself is no bug of this program', async () => {
    const link = join(scratchDirectory(), 'link.mkv');
    symlinkSync(link, link);
    const { status, stdout } = await runCli(['inspect', link, '--json']);
    expect({ status, code: JSON.parse(stdout).error.code }).toEqual({ status: 1, code: 'not-found' });
  });

  test('what is not there', async () => {
    const { status, stdout } = await runCli(['inspect', 'none.mkv', '--json']);
    expect(status).toBe(1);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('none.mkv'),
    });
  });

  test('a directory', async () => {
    const { status, stdout } = await runCli(['inspect', 'fixtures', '--json']);
    expect(status).toBe(1);
    expect(JSON.parse(stdout).error.code).toBe('is-directory');
  });
});
