import { afterEach, describe, expect, test, vi } from 'vitest';
import { listenForInterruption } from '../../src/cli/interruption.ts';

afterEach(() => vi.restoreAllMocks());

/** Calls the newest listener, as the signal would. */
const send = (signal: 'SIGINT' | 'SIGTERM') => process.listeners(signal).at(-1)?.(signal);

describe('signals', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('the first %s aborts the work and sets the status %i', (name, status) => {
    const said = vi.fn();
    const interruption = listenForInterruption(said);
    expect(interruption.status()).toBeNull();
    expect(interruption.signal.aborted).toBe(false);
    send(name);
    expect(interruption.signal.aborted).toBe(true);
    expect(interruption.status()).toBe(status);
    expect(said).toHaveBeenCalledOnce();
    interruption.dispose();
  });

  test('the second ends the process at once', () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation((() => {
      throw new Error('exited');
    }) as never);
    const interruption = listenForInterruption(() => {});
    send('SIGINT');
    expect(() => send('SIGTERM')).toThrow('exited');
    expect(exit).toHaveBeenCalledWith(143);
    interruption.dispose();
  });

  test('dispose takes the handlers away', () => {
    const before = process.listenerCount('SIGINT');
    listenForInterruption(() => {}).dispose();
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
