// A process that records one stream and is there to be killed: the library as it is built, and plain HTTP in place of the
// SDK, which takes longer to load than most of these processes live.
//
//   node child.mjs DIST URL STREAM FOLDER LAST
import http from 'node:http';

const [dist, url, stream, folder, last] = process.argv.slice(2);
const { capture, CheckpointFile, findCheckpoints, KvsrecError, SourceFault, takeOver } = await import(
  `${dist}/src/index.js`
);

const START = {
  earliest: () => ({ StartSelectorType: 'EARLIEST' }),
  fragment: ({ number }) => ({ StartSelectorType: 'FRAGMENT_NUMBER', AfterFragmentNumber: number }),
};

const fault = (error) =>
  new SourceFault(
    'transient',
    new KvsrecError('aws-connection-lost', String(error.message), { cause: error }),
  );

const source = {
  name: stream,
  open: (start, signal) =>
    new Promise((resolve, reject) => {
      const request = http.request(`${url}/getMedia`, {
        method: 'POST',
        signal,
        headers: {
          'Content-Type': 'application/json',
          Authorization:
            'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20240918/us-east-1/kinesisvideo/aws4_request',
        },
      });
      request.on('error', (error) => reject(fault(error)));
      request.on('response', (body) => {
        if (body.statusCode !== 200) reject(fault(new Error(`status ${body.statusCode}`)));
        resolve({
          read: (take) =>
            new Promise((done, failed) => {
              body.on('data', take);
              body.on('end', done);
              body.on('close', done);
              body.on('error', (error) => (body.destroyed ? done() : failed(fault(error))));
            }),
          close: () => body.destroy(),
        });
      });
      request.end(JSON.stringify({ StreamName: stream, StartSelector: START[start.at](start) }));
    }),
};

let unfinished;
try {
  unfinished = takeOver(findCheckpoints(folder)[0]);
} catch (error) {
  if (error.code !== 'no-checkpoint') throw error;
}
const report = await capture({
  source,
  folder,
  recording: {
    layouts: ['separate', 'stereo', 'mix'],
    track: 'both',
    timeline: 'aligned',
    gapToleranceMs: 100,
    overwrite: false,
    digest: true,
  },
  request: {
    start: { at: 'earliest' },
    clock: 'server',
    stopFragment: last,
    idleTimeoutMs: 20_000,
    stallTimeoutMs: 5000,
    retries: 20,
  },
  saveMkv: true,
  store: unfinished?.store ?? new CheckpointFile(folder, { stream }, true),
  state: unfinished?.state,
  onEvent: ({ event }) => {
    if (event === 'fragment') process.stdout.write('.');
  },
});
process.stdout.write(`\n${JSON.stringify(report)}\n`);
