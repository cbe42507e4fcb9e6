// Collects what a person should know of an input, without growing with an input that is full of it.
import type { WarningLogState } from './state.ts';
import type { Warning, WarningCode } from './types.ts';

/** Warnings of one code that are listed one by one; the rest is counted. */
const LISTED = 100;

export class WarningLog {
  readonly #listed: Warning[] = [];
  readonly #counts = new Map<WarningCode, number>();

  readonly #offsets: boolean;
  readonly #heard: ((warning: Warning) => void) | undefined;

  /**
   * With `offsets` false, places in the input are left out: they mean nothing where it comes in several pieces. Every
   * warning is also told to `heard`.
   */
  constructor({ offsets = true, heard }: { offsets?: boolean; heard?: (warning: Warning) => void } = {}) {
    this.#offsets = offsets;
    this.#heard = heard;
  }

  add(warning: Warning): void {
    if (!this.#offsets) {
      const { offset: _, skippedBytes: __, ...rest } = warning;
      warning = rest;
    }
    this.#heard?.(warning);
    const count = (this.#counts.get(warning.code) ?? 0) + 1;
    this.#counts.set(warning.code, count);
    if (count <= LISTED) this.#listed.push(warning);
  }

  has(code: WarningCode): boolean {
    return this.#counts.has(code);
  }

  /** The listed ones, then one for each code of which there were more. */
  list(): Warning[] {
    const more: Warning[] = [];
    for (const [code, count] of this.#counts) {
      if (count > LISTED)
        more.push({ code, message: `${count - LISTED} more of this kind`, count: count - LISTED });
    }
    return [...this.#listed, ...more];
  }

  get state(): WarningLogState {
    return { listed: [...this.#listed], counts: [...this.#counts] };
  }

  restore({ listed, counts }: WarningLogState): void {
    this.#listed.push(...listed);
    for (const [code, count] of counts) this.#counts.set(code, count);
  }
}
