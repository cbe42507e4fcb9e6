// The parameters of a request, checked as the services' models have them.
import { ServiceError } from './service-error.ts';

/** A refusal of a parameter. */
export function invalid(message: string): ServiceError {
  return new ServiceError('InvalidArgumentException', message);
}

/** Reads members of a JSON object; every method throws InvalidArgumentException for what will not do. */
export class Parameters {
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(value: unknown, path = '') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw invalid(path === '' ? 'The request body is not a JSON object' : `${path} is not an object`);
    }
    this.#members = value as Record<string, unknown>;
    this.#path = path;
  }

  has(name: string): boolean {
    return this.#members[name] !== undefined && this.#members[name] !== null;
  }

  /** Text of at most `longest` characters that the pattern fits, or undefined where it is not there. */
  text(name: string, pattern: RegExp, longest: number): string | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#members[name];
    if (typeof value !== 'string' || value.length < 1 || value.length > longest || !pattern.test(value)) {
      throw this.#invalid(name, `must be 1 to ${longest} characters that satisfy ${pattern.source}`);
    }
    return value;
  }

  /** One of some words. */
  choice<const T extends string>(name: string, words: readonly T[]): T {
    if (!this.has(name)) throw this.#invalid(name, 'is required');
    const value = this.#members[name];
    const found = words.find((word) => word === value);
    if (found === undefined) throw this.#invalid(name, `must be one of ${words.join(', ')}`);
    return found;
  }

  /** A whole number from `least` to `most`. */
  whole(name: string, least: number, most: number): number | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#members[name];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw this.#invalid(name, `must be a whole number from ${least} to ${most}`);
    }
    return value;
  }

  /** Seconds since the epoch, as milliseconds. */
  timestampMs(name: string): number | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#members[name];
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
      throw this.#invalid(name, 'must be seconds since the epoch');
    }
    return Math.round(value * 1000);
  }

  object(name: string): Parameters | undefined {
    return this.has(name) ? new Parameters(this.#members[name], this.#name(name)) : undefined;
  }

  /** A list of `least` to `most` texts. */
  texts(name: string, pattern: RegExp, longest: number, least: number, most: number): string[] {
    const value = this.#members[name];
    if (!Array.isArray(value) || value.length < least || value.length > most) {
      throw this.#invalid(name, `must be a list of ${least} to ${most}`);
    }
    for (const item of value) {
      if (typeof item !== 'string' || item.length > longest || !pattern.test(item)) {
        throw this.#invalid(name, `must hold texts that satisfy ${pattern.source}`);
      }
    }
    return value as string[];
  }

  #name(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  #invalid(name: string, must: string): ServiceError {
    return invalid(`${this.#name(name)} ${must}`);
  }
}

/** Patterns of the models. */
export const STREAM_NAME = /^[a-zA-Z0-9_.-]+$/;
export const STREAM_ARN = /^arn:[a-z\d-]+:kinesisvideo:[a-z0-9-]+:[0-9]+:[a-z]+\/[a-zA-Z0-9_.-]+\/[0-9]+$/;
export const FRAGMENT_NUMBER = /^[0-9]+$/;
export const TOKEN = /^[a-zA-Z0-9+/_.=-]+$/;
