// A source whose first connection is on its way before anybody asks for it: a stream that is read from “now” on loses
// what comes until then.

import type { MediaConnection, MediaSource, MediaStart } from '../../recording/capture/media-source.ts';

export interface EarlySource extends MediaSource {
  /** Lets go of the connection where nobody has asked for it, nor will. */
  release(): void;
}

/** Asks for a connection that begins at `start`, and gives it to whoever first asks for one that begins there. */
export function earlySource(source: MediaSource, start: MediaStart): EarlySource {
  const abort = new AbortController();
  let begun: Promise<MediaConnection> | undefined = source.open(start, abort.signal);
  // A failure is met by whoever asks; until then it is nobody's.
  begun.catch(() => {});
  const release = () => {
    begun?.then(
      (connection) => connection.close(),
      () => {},
    );
    begun = undefined;
    abort.abort();
  };
  return {
    name: source.name,
    archive: source.archive,
    async open(wanted, signal) {
      const taken = begun;
      if (taken === undefined || !same(wanted, start)) {
        release();
        return await source.open(wanted, signal);
      }
      begun = undefined;
      const stop = () => abort.abort();
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      try {
        return await taken;
      } finally {
        signal.removeEventListener('abort', stop);
      }
    },
    release,
  };
}

function same(a: MediaStart, b: MediaStart): boolean {
  return a.at === b.at && (a.at !== 'fragment' || b.at !== 'fragment' || a.number === b.number);
}
