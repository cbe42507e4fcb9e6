// Many connections at once over one dump: each gets all of it, and what they need in memory does not add up.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fragmentNumber } from '../../fixtures/connect-profile.ts';
import { startSimulator } from '../../src/simulator/index.ts';
import { callDump, numbersIn } from './dumps.ts';

const CONNECTIONS = 500;
const FRAGMENTS = 3;
let folder: string | undefined;

afterAll(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
});

it(`${CONNECTIONS} calls at once, from one file`, async () => {
  folder = await mkdtemp(join(tmpdir(), 'kvsrec-many-'));
  const file = join(folder, 'call.mkv');
  const dump = callDump(FRAGMENTS);
  await writeFile(file, dump);
  const names = Array.from({ length: CONNECTIONS }, (_, i) => `call-${i}`);
  const simulator = await startSimulator({
    speed: 4,
    sessionMs: 2000,
    streams: Object.fromEntries(names.map((name) => [name, file])),
  });
  try {
    const bodies = await Promise.all(names.map((name) => read(simulator.url, name)));
    const numbers = Array.from({ length: FRAGMENTS }, (_, i) => fragmentNumber(i));
    for (const body of bodies) expect(numbersIn(body)).toEqual(numbers);
    const ends = simulator.log.list('GetMedia').map(({ ended, fragments }) => `${ended} ${fragments}`);
    expect(new Set(ends)).toEqual(new Set([`session ${FRAGMENTS}`]));
    expect(ends).toHaveLength(CONNECTIONS);
  } finally {
    await simulator.close();
  }
});

function read(url: string, StreamName: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}/getMedia`, { method: 'POST', agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('end', () => resolve(Buffer.concat(chunks)));
      answer.once('error', reject);
    });
    asked.once('error', reject);
    asked.end(JSON.stringify({ StreamName, StartSelector: { StartSelectorType: 'EARLIEST' } }));
  });
}
