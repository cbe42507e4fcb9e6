import { describe, expect, test } from 'vitest';
import { corpus, fixture } from '../../fixtures/corpus.ts';
import { type CallMarks, MarkLog } from '../../src/recording/call-marks.ts';
import { RecordingEngine } from '../../src/recording/engine.ts';
import { splitSource } from '../../src/recording/split.ts';
import { type ContactReport, DEFAULT_RECORDING_OPTIONS } from '../../src/recording/types.ts';
import { memorySource } from './memory-source.ts';

async function marksOf(name: string) {
  const heard: { contact: ContactReport; marks: CallMarks }[] = [];
  const report = await splitSource(
    memorySource(fixture(name).build().bytes),
    undefined,
    DEFAULT_RECORDING_OPTIONS,
    {
      onContact: (contact, marks) => heard.push({ contact, marks }),
    },
  );
  return { heard, report };
}

describe('what happens on a timeline', () => {
  test.each(corpus.filter((one) => one.build().truth.contacts.length > 0).map(({ name }) => name))(
    '%s: a mark for every fragment, in every contact that is reported',
    async (name) => {
      const { heard, report } = await marksOf(name);
      expect(heard.map(({ contact }) => contact).sort()).toEqual([...report.contacts].sort());
      for (const { contact, marks } of heard) {
        expect(marks.fragments).toHaveLength(contact.fragments.count);
        const gaps = report.warnings.filter(
          (one) => one.code === 'gap' && one.contactId === contact.contactId,
        );
        const kinds = marks.marks.map(({ kind }) => kind);
        if (report.contacts.length === 1)
          expect(kinds.filter((kind) => kind === 'gap')).toHaveLength(gaps.length);
        for (const { startMs } of marks.marks) expect(startMs).toBeLessThanOrEqual(contact.durationMs);
      }
    },
  );

  test('a gap stands where the audio is missing, and nowhere else', async () => {
    const { heard } = await marksOf('lost-fragment');
    const gap = { kind: 'gap', startMs: 640, durationMs: 320, text: 'The stream has no audio here.' };
    expect(heard[0]!.marks.marks).toEqual([
      { ...gap, direction: 'from' },
      { ...gap, direction: 'to' },
    ]);
    expect(heard[0]!.marks.fragments.map(({ startMs }) => startMs)).toEqual([0, 320, 960, 1280]);
  });

  test('fragments that come again are one reconnection', async () => {
    const { heard } = await marksOf('repeated-fragment');
    expect(heard[0]!.marks.marks.map(({ kind, startMs }) => [kind, startMs])).toEqual([
      ['reconnect', 640],
      ['reconnect', 960],
    ]);
  });

  test('damage and errors of the service', async () => {
    const truncated = await marksOf('truncated-in-block');
    expect(truncated.heard[0]!.marks.marks.map(({ kind }) => kind)).toContain('damage');
    const denied = await marksOf('service-error-4500');
    expect(denied.heard[0]!.marks.marks).toEqual([
      expect.objectContaining({ kind: 'service-error', text: expect.stringContaining('KMS key was denied') }),
    ]);
  });

  test('nothing is collected where nobody listens', async () => {
    const engine = new RecordingEngine(undefined, DEFAULT_RECORDING_OPTIONS);
    engine.reconnected('after 45 minutes');
    expect(engine.finish()).toEqual([]);
  });

  test('a list without end is counted, not kept', () => {
    const log = new MarkLog();
    for (let i = 0; i < 60_000; i++) log.fragment(i, null);
    for (let i = 0; i < 6000; i++) log.add({ kind: 'gap', startMs: i, durationMs: 1, text: '' });
    expect(log.marks.fragments).toHaveLength(50_000);
    expect(log.marks.marks).toHaveLength(5000);
    expect(log.marks.left).toBe(11_000);
  });
});
