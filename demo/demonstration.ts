// The demonstration from beginning to end: services up, a call, what it left, services down.

import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { CallMarks } from '../src/recording/call-marks.ts';
import { openFile } from '../src/recording/file-source.ts';
import { splitSource } from '../src/recording/split.ts';
import { type ContactReport, DEFAULT_RECORDING_OPTIONS } from '../src/recording/types.ts';
import type { RequestRecord } from '../src/simulator/index.ts';
import { DUMP, IDLE_SECONDS, LAYOUTS } from './call.ts';
import { checkConnections, checkContact, checkRecordings, checkReport, checkWords } from './checks.ts';
import { downloadItems, downloadRecordings } from './downloads.ts';
import { FunctionLog } from './function-log.ts';
import { saidSoFar } from './live-words.ts';
import { placeCall } from './place-call.ts';
import { writeCallReport } from './report.ts';
import { type Screen, shownPath } from './screen.ts';
import { type Services, startServices } from './services.ts';

export interface Demonstration {
  /** What it leaves goes here; what an earlier one left is replaced. */
  out: string;
  /** For what nobody wants to keep. */
  scratch: string;
  screen: Screen;
  signal: AbortSignal;
}

/** What is in the output folder afterwards, and what it is. */
const LEFT = {
  'report.html': 'the call as a page: open it in a browser, press play',
  'report.png': 'its picture',
  recordings: 'the recordings, downloaded from S3',
  items: 'the items of the tables in DynamoDB',
  'functions.log': 'what the functions logged',
};

/** @throws KvsrecError for whatever is not as it should be. */
export async function demonstrate({ out, scratch, screen, signal }: Demonstration): Promise<void> {
  const begun = performance.now();
  for (const made of Object.keys(LEFT)) rmSync(path.join(out, made), { recursive: true, force: true });
  mkdirSync(out, { recursive: true });

  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const happens = (text: string) => screen.line(screen.paint.warning(`  ----  ${text}`));
  const log = new FunctionLog(path.join(out, 'functions.log'), ({ message }) => {
    if (message === 'connecting again') happens('kvsrec asks again, after the last whole fragment');
    if (message !== 'recording finished') return;
    happens(`the call is over: nothing came for ${IDLE_SECONDS} s; objects and items are complete`);
    finish();
  });
  const services = await startServices(scratch, log, ({ ended }) => {
    if (ended === 'cut') happens('the connection to the stream is cut, in the middle of a fragment');
  });
  try {
    screen.heading('On this machine, and nowhere else');
    for (const [name, url, what] of services.places) {
      screen.line(`  ${name.padEnd(22)} ${url.padEnd(23)} ${screen.paint.dim(what)}`);
    }
    screen.heading('A call');
    await placeCall(services, screen, finished, signal);
    await compare(services, { out, scratch, screen });
  } finally {
    await services.close();
  }
  tellWhatIsLeft(out, screen, performance.now() - begun);
}

/** Fetches what the call has left behind, and holds it against the dump and the script. */
async function compare(
  services: Services,
  { out, scratch, screen }: Omit<Demonstration, 'signal'>,
): Promise<void> {
  screen.heading('What it left');
  const good = (text: string) => screen.line(`  ${screen.paint.good('ok')}  ${text}`);
  const connections = services.simulator.log.list('GetMedia');
  good(checkConnections(connections));

  const recordings = await downloadRecordings(services, path.join(out, 'recordings'));
  const { contact, marks } = await splitDump(path.join(scratch, 'split'));
  good(
    checkRecordings(
      recordings,
      contact.files.map((file) => file.path),
    ),
  );

  const item = await downloadItems(services, path.join(out, 'items'));
  const said = await saidSoFar(services);
  good(checkWords(said));
  good(checkContact(item));

  const lastWhole = askedAfter(connections[1]!);
  good(checkReport(await writeCallReport(out, recordings, { contact, marks, lastWhole, said })));
}

/** The fragment after which a request with GetMedia asked for the stream. */
function askedAfter({ parameters }: RequestRecord): string | null {
  const { StartSelector } = parameters as { StartSelector?: { AfterFragmentNumber?: string } };
  return StartSelector?.AfterFragmentNumber ?? null;
}

/** What `kvsrec split` makes of the dump, and where its fragments begin. */
async function splitDump(folder: string): Promise<{ contact: ContactReport; marks: CallMarks }> {
  const marks: CallMarks[] = [];
  const source = await openFile(DUMP);
  try {
    const options = { ...DEFAULT_RECORDING_OPTIONS, layouts: LAYOUTS };
    const { contacts } = await splitSource(source, folder, options, {
      onContact: (_, itsMarks) => marks.push(itsMarks),
    });
    return { contact: contacts[0]!, marks: marks[0]! };
  } finally {
    await source.close();
  }
}

function tellWhatIsLeft(out: string, screen: Screen, tookMs: number): void {
  screen.heading(`In ${shownPath(out)}`);
  for (const [name, what] of Object.entries(LEFT))
    screen.line(`  ${name.padEnd(15)} ${screen.paint.dim(what)}`);
  screen.line();
  screen.line(`Done in ${Math.round(tookMs / 1000)} s; nothing is left running.`);
}
