// The body of an answer as a connection of the capture engine.
import type { Readable } from 'node:stream';
import type { MediaConnection } from '../recording/capture/media-source.ts';
import { brokenBody } from './source-fault.ts';

/** `stream` is the name for messages. */
export function bodyConnection(body: Readable, stream: string): MediaConnection {
  let closed = false;
  let settle: (() => void) | undefined;
  // What happens before anybody reads must not end the process.
  body.on('error', () => {});
  return {
    read(take) {
      return new Promise<void>((resolve, reject) => {
        const fail = (error: unknown) => {
          closed = true;
          body.destroy();
          reject(error);
        };
        settle = resolve;
        if (closed) {
          resolve();
          return;
        }
        if (body.errored) {
          fail(brokenBody(body.errored, stream));
          return;
        }
        body.on('error', (error) => {
          if (closed) resolve();
          else fail(brokenBody(error, stream));
        });
        body.on('close', () => {
          if (closed || body.readableEnded) resolve();
          else fail(brokenBody(new Error('closed early'), stream));
        });
        body.on('end', resolve);
        body.on('data', (chunk: Uint8Array) => {
          if (closed) return;
          try {
            const settled = take(chunk);
            if (settled === undefined) return;
            body.pause();
            settled.then(() => {
              if (!closed) body.resume();
            }, fail);
          } catch (error) {
            fail(error);
          }
        });
      });
    },
    close() {
      if (closed) return;
      closed = true;
      body.destroy();
      settle?.();
    },
  };
}
