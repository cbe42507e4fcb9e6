// What connections may bring at the edges: fragments without a number, Segments of several Clusters, a fragment to begin
// with that comes late, an archive that is damaged or falls silent.
import { describe, expect, it } from 'vitest';
import { buildFragment, fragmentNumber } from '../../../fixtures/connect-profile.ts';
import { KvsrecError } from '../../../src/errors.ts';
import { type CaptureOptions, capture } from '../../../src/recording/capture/capture.ts';
import type { CaptureState } from '../../../src/recording/capture/capture-state.ts';
import { type MediaSource, SourceFault } from '../../../src/recording/capture/media-source.ts';
import {
  type CaptureReport,
  type CaptureRequest,
  DEFAULT_CAPTURE,
} from '../../../src/recording/capture/request.ts';
import { DEFAULT_RECORDING_OPTIONS } from '../../../src/recording/types.ts';
import {
  connection,
  SAMPLES,
  SILENT,
  scripted,
  scriptedArchive,
  second,
  tagless,
} from './scripted-source.ts';

function record(
  source: MediaSource,
  request: Partial<CaptureRequest> = {},
  more: Partial<CaptureOptions> = {},
): Promise<CaptureReport> {
  return capture({
    source,
    folder: undefined,
    recording: { ...DEFAULT_RECORDING_OPTIONS, digest: true },
    request: {
      ...DEFAULT_CAPTURE,
      start: { at: 'earliest' },
      idleTimeoutMs: 10_000,
      stallTimeoutMs: 5000,
      ...request,
    },
    ...more,
  });
}

/** Seconds of audio of each direction, silence that was put in not counted, and the fragments. */
function heard({ contacts }: CaptureReport): { seconds: number[]; fragments: number }[] {
  return contacts.map(({ tracks, fragments }) => ({
    seconds: tracks.map(({ samples, silenceMs }) => samples / SAMPLES - silenceMs / 1000),
    fragments: fragments.count,
  }));
}

/** Options of a recording that stops behind the fragment of that number, and the state that it leaves. */
function leftAt(number: string): { options: Partial<CaptureOptions>; state: () => CaptureState } {
  const stop = new AbortController();
  let saved = '';
  const store = {
    token: '',
    save: (state: CaptureState) => {
      if (state.endedBy !== undefined) return;
      saved = JSON.stringify(state);
      if (state.position?.number === number) stop.abort();
    },
    remove: () => {},
  };
  return { options: { store, signal: stop.signal }, state: () => JSON.parse(saved) as CaptureState };
}

const codes = ({ warnings }: CaptureReport): string[] => warnings.map(({ code }) => code);
const archive = { startMs: 0, endMs: Date.now(), fallback: false };

describe('a connection that ends behind a fragment without a number', () => {
  const begun = second(3).subarray(0, 5000);

  it('is gone on with after the last number, not from what the stream has of yesterday', async () => {
    const again = [second(0, { contactId: 'yesterday' }), second(1), tagless(2), second(3)];
    const source = scripted([[second(1), tagless(2), begun], again]);
    const report = await record(source, { stopFragment: fragmentNumber(3) });
    expect(source.starts).toEqual([{ at: 'earliest' }, { at: 'fragment', number: fragmentNumber(1) }]);
    expect(heard(report)).toEqual([{ seconds: [3, 3], fragments: 3 }]);
    expect(report.endedBy).toBe('stop-fragment');
    expect(report.warnings).toEqual([]);
  });

  it('is gone on with so in another process, too', async () => {
    const recording = { ...DEFAULT_RECORDING_OPTIONS, timeline: 'packed' as const };
    const controller = new AbortController();
    let saved = '';
    const store = {
      token: '',
      save: (state: CaptureState) => {
        if (state.endedBy === undefined) saved = JSON.stringify(state);
      },
      remove: () => {},
    };
    const signal = controller.signal;
    await record(
      scripted([[second(1), tagless(2), begun, SILENT]]),
      {},
      {
        store,
        recording,
        signal,
        onEvent: (event) => {
          if (event.event === 'fragment' && event.number === null) setTimeout(() => controller.abort(), 150);
        },
      },
    );
    const state = JSON.parse(saved) as CaptureState;
    expect(state.position).toMatchObject({ number: fragmentNumber(1) });
    const rest = scripted([[second(1), tagless(2), second(3), second(4)]]);
    const report = await record(rest, { stopFragment: fragmentNumber(4) }, { recording, state });
    expect(heard(report)).toEqual([{ seconds: [4, 4], fragments: 4 }]);
  });
});

describe('a stream that does not have the fragment to go on after any more', () => {
  const gone = buildFragment({ clusters: [], tagsBefore: [[['AWS_KINESISVIDEO_ERROR_ID', '4000']]] });

  it('has lost what is missing of the call', async () => {
    const source = scripted([[second(0), second(1), gone], [second(4)]]);
    const report = await record(source, { stopFragment: fragmentNumber(4) });
    expect(heard(report)).toEqual([{ seconds: [3, 3], fragments: 3 }]);
    expect(codes(report)).toEqual(expect.arrayContaining(['truncated']));
    expect(report.warnings.find(({ code }) => code === 'truncated')!.message).toContain(fragmentNumber(1));
  });

  it('has lost nothing where it goes on from what the recording has', async () => {
    const source = scripted([
      [second(0), second(1), gone],
      [second(1), second(2)],
    ]);
    const report = await record(source, { stopFragment: fragmentNumber(2) });
    expect(heard(report)).toEqual([{ seconds: [3, 3], fragments: 3 }]);
    expect(report.warnings).toEqual([]);
  });
});

describe('a stream that falls silent', () => {
  const tail = [tagless(2), SILENT];
  const connections = [[second(0), second(1), ...tail], ...Array.from({ length: 30 }, () => tail)];

  it('behind a fragment without a number: that is complete when it comes alike again', async () => {
    let connected = 0;
    const completed: number[] = [];
    const report = await record(
      scripted(connections),
      { stallTimeoutMs: 50, idleTimeoutMs: 400 },
      {
        onEvent: ({ event, ...facts }) => {
          if (event === 'connected') connected++;
          if (event === 'fragment' && 'number' in facts && facts.number === null) completed.push(connected);
        },
      },
    );
    expect(completed).toEqual([2]);
    expect(heard(report)).toEqual([{ seconds: [3, 3], fragments: 3 }]);
    expect(report).toMatchObject({ endedBy: 'idle', warnings: [] });
  });
});

describe('what came whole before the stream fell silent for good', () => {
  const begun = [second(0), tagless(1), SILENT];

  it('is in the recording where later connections bring nothing', async () => {
    const report = await record(scripted([begun]), { stallTimeoutMs: 50, idleTimeoutMs: 400 });
    expect(heard(report)).toEqual([{ seconds: [2, 2], fragments: 2 }]);
    expect(report).toMatchObject({ endedBy: 'idle', warnings: [] });
  });

  it('is in the recording where the stream cannot be asked any more', async () => {
    const source = scripted([begun]);
    const { open } = source;
    let asked = 0;
    source.open = (...request) => {
      if (asked++ === 0) return open.apply(source, request);
      throw new SourceFault('fatal', new KvsrecError('not-found', 'the stream was deleted'));
    };
    const report = await record(source, { stallTimeoutMs: 50 });
    expect(heard(report)).toEqual([{ seconds: [2, 2], fragments: 2 }]);
    expect(report.endedBy).toBe('service-error');
    expect(codes(report)).toEqual(['service-error']);
  });
});

it('an output that was closed before the recording began ends it', async () => {
  const closed = AbortSignal.abort();
  const report = await record(scripted([[second(0), second(1), SILENT]]), {}, { closed });
  expect(report.endedBy).toBe('output-closed');
});

describe('the longest duration', () => {
  /** A second that is of another sample format: the contact's next recording begins with it. */
  const wide = (index: number) => second(index, { rate: 16_000 });
  const request = { maxDurationMs: 5000 };

  it('counts from the first audio of the contact, also where its format changes', async () => {
    const fragments = [0, 1, 2].map((index) => second(index));
    for (let i = 3; i < 10; i++) fragments.push(wide(i));
    const report = await record(scripted([fragments]), request);
    expect(report.endedBy).toBe('max-duration');
    expect(report.contacts.map(({ durationMs }) => durationMs)).toEqual([3000, 2000]);
  });

  it('counts from there in another process, too', async () => {
    const left = leftAt(fragmentNumber(3));
    // All at once, for the format to be settled before anything is put on record.
    const begun = Buffer.concat([second(0), second(1), wide(2), wide(3)]);
    await record(scripted([[begun, SILENT]]), request, left.options);
    const state = left.state();
    const rest = scripted([Array.from({ length: 6 }, (_, i) => wide(4 + i))]);
    const report = await record(rest, request, { state });
    expect(report.endedBy).toBe('max-duration');
    expect(report.contacts.map(({ durationMs }) => durationMs)).toEqual([2000, 3000]);
  });
});

describe('an archive that is refused', () => {
  const refused = scriptedArchive(4, () => []);
  // biome-ignore lint/correctness/useYield: it is refused before the first page.
  refused.list = async function* () {
    throw new SourceFault('fatal', new KvsrecError('aws-access-denied', 'not allowed'));
  };
  const request = { archive: { ...archive, fallback: true } };

  it('is no obstacle to another process that goes on with the live stream', async () => {
    const left = leftAt(fragmentNumber(1));
    const first = scripted([[second(0), second(1), SILENT]], refused);
    await record(first, request, left.options);
    const state = left.state();
    const rest = scripted([[second(1), second(2), second(3)]], refused);
    const report = await record(rest, { ...request, stopFragment: fragmentNumber(3) }, { state });
    expect(rest.starts).toEqual([{ at: 'fragment', number: fragmentNumber(1) }]);
    expect(heard(report)).toEqual([{ seconds: [4, 4], fragments: 4 }]);
    expect(report.warnings).toEqual([]);
  });
});

describe('the last fragment of a recording', () => {
  it.each(['live', 'past'])('has all Clusters of its Segment: %s', async (way) => {
    const dump = [0, 1, 2].map((index) => second(index, { clusters: 4 }));
    const source = scripted(
      [dump],
      scriptedArchive(3, (index) => [dump[index]!]),
    );
    const request = way === 'past' ? { archive } : {};
    const report = await record(source, { ...request, stopFragment: fragmentNumber(1) });
    expect(heard(report)).toEqual([{ seconds: [2, 2], fragments: 8 }]);
    expect(report.endedBy).toBe('stop-fragment');
  });
});

describe('the fragment to begin with, where the service begins after it', () => {
  const start = { at: 'fragment', number: fragmentNumber(2) } as const;

  it('is in the recording although nothing comes after it', async () => {
    const source = scripted(
      [],
      scriptedArchive(3, (index) => [second(index)]),
    );
    const report = await record(source, { start, idleTimeoutMs: 50 });
    expect(heard(report)).toEqual([{ seconds: [1, 1], fragments: 1 }]);
    expect(report).toMatchObject({ endedBy: 'idle', warnings: [] });
  });

  it('is before those that silence completes while it is fetched', async () => {
    const plan = { mimeType: false };
    const late = scriptedArchive(3, async (index) => {
      // For longer than silence needs to complete a fragment.
      await new Promise((resolve) => setTimeout(resolve, 400));
      return [second(index, plan)];
    });
    const source = scripted(
      [[Buffer.concat([second(3, plan), second(4, plan)]), 400, second(5, plan), SILENT]],
      late,
    );
    const report = await record(source, { start, stopFragment: fragmentNumber(5) });
    expect(heard(report)).toEqual([{ seconds: [4, 4], fragments: 4 }]);
    expect(report.warnings).toEqual([]);
  });
});

describe('a fragment that silence has completed', () => {
  it('is put on record, and what comes next waits until it has been dealt with', async () => {
    const happened: string[] = [];
    let drained = 0;
    const store = {
      token: '',
      save: ({ position }: CaptureState) => {
        if (position !== null) happened.push(`saved ${position.number === fragmentNumber(0) ? 0 : 1}`);
      },
      remove: () => {},
    };
    const report = await record(
      scripted([[second(0, { mimeType: false }), 500, second(1)]]),
      { stopFragment: fragmentNumber(1) },
      {
        store,
        tap: { audio: () => happened.push('heard'), silence: () => {} },
        drained: async () => {
          if (happened.length === 0 || drained++ > 0) return;
          await new Promise((resolve) => setTimeout(resolve, 600));
          happened.push('drained');
        },
      },
    );
    expect(heard(report)).toEqual([{ seconds: [2, 2], fragments: 2 }]);
    const of = happened.filter((what, i) => what !== happened[i - 1]);
    expect(of.slice(0, 4)).toEqual(['heard', 'saved 0', 'drained', 'heard']);
  });
});

describe('what cannot be written', () => {
  it('is the error of the recording also where silence has completed the fragment', async () => {
    const full = new Error('no space left');
    const tap = {
      audio: () => {
        throw full;
      },
      silence: () => {},
    };
    const source = scripted([[second(0, { mimeType: false }), SILENT]]);
    await expect(record(source, {}, { tap })).rejects.toBe(full);
  });
});

describe('requests to the archive that run ahead', () => {
  it.each(['the recording ends', 'the recording fails'])('are let go of when %s', async (how) => {
    const open: string[] = [];
    const numbers = Array.from({ length: 3000 }, (_, i) => fragmentNumber(i));
    const first = [second(0), second(1), second(2, { contactId: 'next' }), second(3, { contactId: 'next' })];
    const ahead = Buffer.alloc(9 * 2 ** 20);
    const source = scripted([], {
      async *list() {
        yield numbers.map((number) => ({ number, producerMs: null, serverMs: null, durationMs: 1000 }));
      },
      async open([number]) {
        const made = connection(number === numbers[0] ? [200, ...first, SILENT] : [ahead, SILENT]);
        open.push(number!);
        const { close } = made;
        made.close = () => {
          const at = open.indexOf(number!);
          if (at >= 0) open.splice(at, 1);
          close();
        };
        return made;
      },
    });
    const tap = {
      audio: () => {
        if (how === 'the recording fails') throw new Error('no space left');
      },
      silence: () => {},
    };
    const outcome = await record(source, { archive }, { tap }).catch((error: Error) => error.message);
    if (how === 'the recording fails') expect(outcome).toBe('no space left');
    else expect(outcome).toMatchObject({ endedBy: 'contact-changed' });
    expect(open).toEqual([]);
  });
});

describe('what cannot be brought to the disk', () => {
  it('is the error of the recording also where it is told while the recording ends', async () => {
    const stop = new AbortController();
    let removed = false;
    let secured = 0;
    const lost = new Error('the disk has lost it');
    const store = {
      token: '',
      save: () => {},
      secure: async () => {
        if (++secured > 1) return;
        stop.abort();
        // For longer than it takes to stop reading.
        await new Promise((resolve) => setTimeout(resolve, 200));
        throw lost;
      },
      remove: () => {
        removed = true;
      },
    };
    const source = scripted([[second(0), SILENT]]);
    await expect(record(source, {}, { store, signal: stop.signal })).rejects.toBe(lost);
    expect(removed).toBe(false);
  });
});

describe('an archive', () => {
  /** The second fragment, the head of its last block destroyed. */
  const damaged = second(1);
  const payload = damaged.lastIndexOf(Buffer.alloc(SAMPLES, 2));
  damaged.fill(0, payload - 13, payload);

  it('that damages a fragment on the way is asked for it once more, and all is in its order', async () => {
    const source = scripted(
      [],
      scriptedArchive(4, (index, asked) => [index === 1 && asked === 1 ? damaged : second(index)]),
    );
    const report = await record(source, { archive });
    expect(heard(report)).toEqual([{ seconds: [4, 4], fragments: 4 }]);
    expect(report.warnings).toEqual([]);
  });

  it('that has a fragment damaged gives what is left of it, and says so', async () => {
    const source = scripted(
      [],
      scriptedArchive(4, (index) => [index === 1 ? damaged : second(index)]),
    );
    const report = await record(source, { archive });
    expect(heard(report)).toEqual([{ seconds: [4, 3.5], fragments: 4 }]);
    expect(codes(report)).toEqual(['corrupt', 'gap']);
  });

  it('that has nothing readable of a fragment gives all others', async () => {
    const noise = Buffer.alloc(2000, 0x5a);
    const source = scripted(
      [],
      scriptedArchive(4, (index) => [index === 1 ? noise : second(index)]),
    );
    const report = await record(source, { archive });
    expect(heard(report)).toEqual([{ seconds: [3, 3], fragments: 3 }]);
    expect(codes(report)).toEqual(expect.arrayContaining(['corrupt', 'truncated', 'gap']));
    expect(report.endedBy).toBe('end-of-archive');
  });

  it('that falls silent is asked again', async () => {
    const source = scripted(
      [],
      scriptedArchive(4, (index, asked) => (index === 2 && asked === 1 ? [SILENT] : [second(index)])),
    );
    const report = await record(source, { archive, stallTimeoutMs: 100 });
    expect(heard(report)).toEqual([{ seconds: [4, 4], fragments: 4 }]);
    expect(report.warnings).toEqual([]);
  });
});
