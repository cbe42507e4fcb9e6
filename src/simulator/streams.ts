// The streams that are served: added, looked up as requests name them, fed.
import { KvsrecError } from '../errors.ts';
import { type Dump, openDump } from './dump.ts';
import { invalid, type Parameters, STREAM_ARN, STREAM_NAME } from './parameters.ts';
import { Playback, type PlaybackOptions } from './playback.ts';
import { ServiceError } from './service-error.ts';
import { SimulatedStream } from './stream.ts';

/** How a stream behaves; what is left out is as the simulator's options have it. */
export interface StreamOptions {
  /** The dump to play: a file, or its bytes. Without one the stream is empty until something is put into it. */
  readonly dump?: string | Uint8Array;
  /** How many times faster than its timestamps fragments appear, or `max` for all at once; 1 if not given. */
  readonly speed?: number | 'max';
  /** Begin again when the dump is through; numbers and timestamps go on growing. */
  readonly loop?: boolean;
  /** `now`: timestamps moved to when it is played; `kept`: as in the dump. `now` if not given, `kept` at `max` speed. */
  readonly stamps?: 'now' | 'kept';
  /** Pauses between fragments are cut down to so many milliseconds; not at all if not given. */
  readonly maxGapMs?: number;
  /** When the call begins: at once (`now`, the default), or with the first GetMedia (`request`). */
  readonly begin?: 'now' | 'request';
  /** Milliseconds that fragments are retained after they appeared; a day if not given. */
  readonly retentionMs?: number;
  /** As DescribeStream tells it; not told if not given. */
  readonly mediaType?: string;
}

/** What is known of a stream. */
export interface StreamState {
  readonly name: string;
  readonly arn: string;
  /** Fragments there have been, and how many of them are retained. */
  readonly fragments: number;
  readonly retained: number;
  /** Numbers of the oldest retained and the newest fragment. */
  readonly first: string | null;
  readonly last: string | null;
  /** A dump is still being played. */
  readonly playing: boolean;
}

/** Milliseconds of a day: what Amazon Connect sets up as the least retention. */
const DEFAULT_RETENTION_MS = 24 * 3_600_000;

/** Creation time in the ARNs, made up, so that they are the same in every run. */
const CREATED_MS = Date.UTC(2024, 8, 18, 16, 0, 0);

export interface Account {
  readonly region: string;
  readonly accountId: string;
}

export class Streams {
  readonly #account: Account;
  readonly #defaults: StreamOptions;
  readonly #byName = new Map<string, SimulatedStream>();
  /** Dumps by path: many streams may play one. */
  readonly #files = new Map<string, Promise<Dump>>();
  readonly #dumps: Dump[] = [];

  constructor(account: Account, defaults: StreamOptions) {
    this.#account = account;
    this.#defaults = defaults;
  }

  /**
   * Adds a stream.
   * @param name Its name, or its whole ARN.
   * @param stream The file of a dump, its bytes, or more of it; an empty stream if not given.
   * @throws KvsrecError `bad-stream` (exit status 2), `unreadable-dump`.
   */
  async add(name: string, stream: string | Uint8Array | StreamOptions = {}): Promise<StreamState> {
    const own = typeof stream === 'string' || stream instanceof Uint8Array ? { dump: stream } : stream;
    const options = { ...this.#defaults, ...own };
    const { plain, arn } = this.#named(name);
    const refuse = (why: string, hint: string) =>
      new KvsrecError('bad-stream', `the stream ${plain} ${why}`, { exitCode: 2, hint });
    if (this.#byName.has(plain)) throw refuse('is there already', 'Give it another name.');
    const playback = playbackOptions(options);
    if (!(playback.speed > 0))
      throw refuse('needs a speed above 0', 'Give a factor such as 1 or 60, or max.');
    if (playback.loop && playback.speed === Number.POSITIVE_INFINITY) {
      throw refuse(
        'cannot loop at max speed: it would have fragments without end',
        'Give a speed, or leave out the loop.',
      );
    }
    const dump = own.dump === undefined ? null : await this.#open(own.dump);
    if (playback.loop && dump !== null && !(new Playback(dump, playback, null).span > 0)) {
      throw refuse(
        'cannot loop: what it plays takes no time, so that it would have fragments without end',
        'Give a dump of more than one block a track, or leave out the loop.',
      );
    }
    if (this.#byName.has(plain)) throw refuse('is there already', 'Give it another name.');
    const facts = {
      name: plain,
      arn,
      createdAt: CREATED_MS,
      retentionMs: options.retentionMs ?? DEFAULT_RETENTION_MS,
      mediaType: options.mediaType ?? null,
    };
    const startedAt = options.begin === 'request' ? null : Date.now();
    this.#byName.set(plain, new SimulatedStream(facts, dump, playback, startedAt));
    return this.inspect(plain);
  }

  /**
   * Puts whole fragments, as GetMedia sends them, into a stream; they are there at once.
   * @throws KvsrecError `unknown-stream`, `stream-busy` while a dump is still being played.
   */
  append(name: string, fragments: Uint8Array): void {
    this.#known(name).spool().append(fragments);
  }

  /**
   * What is known of a stream now.
   * @throws KvsrecError `unknown-stream`.
   */
  inspect(name: string): StreamState {
    const stream = this.#known(name);
    const now = Date.now();
    const count = stream.count(now);
    const earliest = stream.earliest(now);
    return {
      name: stream.name,
      arn: stream.arn,
      fragments: count,
      retained: count - earliest,
      first: earliest < count ? stream.fragment(earliest).number : null,
      last: earliest < count ? stream.fragment(count - 1).number : null,
      playing: stream.playing(now),
    };
  }

  /** What is known of all streams, in the order they were added. */
  list(): StreamState[] {
    return [...this.#byName.keys()].map((name) => this.inspect(name));
  }

  /** The stream that a request names by StreamName or StreamARN. */
  resolve(parameters: Parameters): SimulatedStream {
    const name = parameters.text('StreamName', STREAM_NAME, 256);
    const arn = parameters.text('StreamARN', STREAM_ARN, 1024);
    if (name === undefined && arn === undefined) throw invalid('Either StreamName or StreamARN is required');
    const stream = this.#byName.get(name ?? arn!.split('/')[1]!);
    if (stream === undefined || (arn !== undefined && stream.arn !== arn)) {
      throw new ServiceError('ResourceNotFoundException', 'The requested stream is not found or not active.');
    }
    return stream;
  }

  /** The streams themselves, in the order they were added. */
  all(): SimulatedStream[] {
    return [...this.#byName.values()];
  }

  close(): void {
    for (const stream of this.#byName.values()) stream.close();
    for (const dump of this.#dumps) dump.close();
  }

  #known(name: string): SimulatedStream {
    const stream = this.#byName.get(this.#named(name).plain);
    if (stream === undefined) throw new KvsrecError('unknown-stream', `there is no stream ${name}`);
    return stream;
  }

  #named(name: string): { plain: string; arn: string } {
    if (STREAM_ARN.test(name)) return { plain: name.split('/')[1]!, arn: name };
    if (!STREAM_NAME.test(name) || name.length > 256) {
      throw new KvsrecError('bad-stream', `"${name}" is no name of a stream`, {
        exitCode: 2,
        hint: 'A name has up to 256 letters, digits, dots, dashes and underscores.',
      });
    }
    const { region, accountId } = this.#account;
    return { plain: name, arn: `arn:aws:kinesisvideo:${region}:${accountId}:stream/${name}/${CREATED_MS}` };
  }

  async #open(source: string | Uint8Array): Promise<Dump> {
    if (typeof source !== 'string') return this.#kept(await openDump(source));
    let pending = this.#files.get(source);
    if (pending === undefined) {
      pending = openDump(source).then((dump) => this.#kept(dump));
      this.#files.set(source, pending);
      // What could not be opened now may be there the next time.
      pending.catch(() => this.#files.delete(source));
    }
    return await pending;
  }

  #kept(dump: Dump): Dump {
    this.#dumps.push(dump);
    return dump;
  }
}

function playbackOptions(options: StreamOptions): PlaybackOptions {
  const speed = options.speed === 'max' ? Number.POSITIVE_INFINITY : (options.speed ?? 1);
  return {
    speed,
    loop: options.loop ?? false,
    stamps: options.stamps ?? (speed === Number.POSITIVE_INFINITY ? 'kept' : 'now'),
    maxGapMs: options.maxGapMs ?? Number.POSITIVE_INFINITY,
  };
}
