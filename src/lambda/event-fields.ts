// Fields of an event, each checked, with every fault named in one error.

import { KvsrecError } from '../errors.ts';

/** Collects the faults of an event while its fields are read. */
export class EventFields {
  readonly #fields: Record<string, unknown>;
  readonly #faults: string[] = [];

  constructor(event: unknown) {
    const isObject = typeof event === 'object' && event !== null && !Array.isArray(event);
    this.#fields = isObject ? (event as Record<string, unknown>) : {};
    if (!isObject) this.fault('the event is no JSON object');
  }

  fault(fault: string): void {
    this.#faults.push(fault);
  }

  /** A text; an empty one, null and nothing are all undefined. */
  text(name: string): string | undefined {
    const value = this.#fields[name];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'string') return value;
    this.fault(`${name} must be a string`);
    return undefined;
  }

  /** A boolean, or the word for one in any case, as flows have nothing but strings. */
  flag(name: string, byDefault: boolean): boolean {
    const value = this.#fields[name];
    if (value === undefined || value === null || value === '') return byDefault;
    if (typeof value === 'boolean') return value;
    const word = typeof value === 'string' ? value.toLowerCase() : '';
    if (word === 'true' || word === 'false') return word === 'true';
    this.fault(`${name} must be true or false`);
    return byDefault;
  }

  /** @throws KvsrecError `bad-event` where anything was at fault. */
  check(what: string): void {
    if (this.#faults.length === 0) return;
    throw new KvsrecError('bad-event', `the event of ${what} is wrong: ${this.#faults.join('; ')}`, {
      hint: 'docs/lambda.md shows the events.',
    });
  }
}
