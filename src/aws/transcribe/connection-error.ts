// Why no connection to the service came about. The SDK's HTTP/2 says of every such failure, while audio goes on, that a
// stream was aborted: what stood behind it never reaches the caller.

import http2 from 'node:http2';

/** Milliseconds that a connection may take. */
const PATIENCE_MS = 5000;

/** Connects as a session does, and lets go at once: Node's error, or undefined where a connection comes about. */
export async function connectionError(origin: string, signal: AbortSignal): Promise<Error | undefined> {
  return await new Promise((resolve) => {
    const session = http2.connect(origin);
    const done = (error?: Error) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      session.destroy();
      resolve(error);
    };
    const stop = () => done();
    const timer = setTimeout(stop, PATIENCE_MS);
    session.on('error', done);
    session.on('close', stop);
    session.on('connect', stop);
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  });
}
