// Reads an answer of the archive, which ends by itself and has no reason to keep silent on the way.
import { KvsrecError } from '../../errors.ts';
import { type MediaConnection, SourceFault } from './media-source.ts';

/**
 * `MediaConnection.read`, given up where no byte comes for `stallMs` milliseconds; the time for which the taker of a piece
 * holds things up does not count.
 * @throws SourceFault (`transient`) then, and what the connection throws.
 */
export async function readWatched(
  connection: MediaConnection,
  stallMs: number,
  take: (chunk: Uint8Array) => Promise<void> | undefined,
): Promise<void> {
  let held = 0;
  let quiet = 0;
  let stalled = false;
  // Twice, since after the first the bytes that came while this process was busy have their turn.
  const timer = setInterval(() => {
    if (held > 0 || ++quiet < 2) return;
    stalled = true;
    connection.close();
  }, stallMs / 2);
  try {
    await connection.read((chunk) => {
      quiet = 0;
      timer.refresh();
      const settled = take(chunk);
      if (settled === undefined) return undefined;
      held++;
      return settled.finally(() => {
        held--;
        quiet = 0;
        timer.refresh();
      });
    });
  } finally {
    clearInterval(timer);
  }
  if (stalled) {
    throw new SourceFault('transient', new KvsrecError('connection-stalled', 'the connection fell silent'));
  }
}
