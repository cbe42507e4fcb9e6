// The simulator of `bench/live.ts`, in a process of its own.
import { type Simulator, startSimulator } from '../src/simulator/index.ts';

export interface SimulatorOrder {
  calls: number;
  speed: number | 'max';
  dump: string;
  quotas?: boolean;
}

export interface SimulatorReady {
  url: string;
  environment: Readonly<Record<string, string>>;
}

/** A fragment, the number of its call, and when its last byte was handed to the connection (epoch milliseconds). */
export interface Sent {
  stream: string;
  number: string;
  at: number;
}

let simulator: Simulator | undefined;
const sent: Sent[] = [];

// Whoever started it may be gone.
process.on('disconnect', () => process.exit(0));
process.on('message', async (message: SimulatorOrder | 'sent' | 'close') => {
  if (message === 'sent') {
    process.send!(sent);
  } else if (message === 'close') {
    await simulator?.close();
    process.exit(0);
  } else {
    const { calls, speed, dump, quotas = false } = message;
    const streams = Array.from({ length: calls }, (_, call) => [
      `call-${call}`,
      { dump, speed, begin: speed === 'max' ? ('now' as const) : ('request' as const) },
    ]);
    simulator = await startSimulator({
      streams: Object.fromEntries(streams),
      quotas,
      onFragment: ({ stream, number, at }) => sent.push({ stream: stream.slice('call-'.length), number, at }),
    });
    const ready: SimulatorReady = { url: simulator.url, environment: simulator.environment };
    process.send!(ready);
  }
});
