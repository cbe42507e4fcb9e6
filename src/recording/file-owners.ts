// Whose file is whose: what is written at the same time, or one after the other in one run, must not have one name.
import path from 'node:path';
import { KvsrecError } from '../errors.ts';

/** Told of a file's final path before the file is begun; what it throws keeps it from being begun. */
export type Claim = (file: string) => void;

/** Files by absolute path. The first that asks for a path has it: nobody gets it again, its owner included. */
export class FileOwners {
  readonly #owners = new Map<string, string>();

  /** Takes a path. Answers who has it already, if somebody has. */
  take(file: string, owner: string): string | undefined {
    const place = path.resolve(file);
    const other = this.#owners.get(place);
    if (other === undefined) this.#owners.set(place, owner);
    return other;
  }

  /**
   * What claims the files of one input.
   * @param name How people know the input; `owner`, where several have the same name, tells them apart.
   */
  claimFor(name: string, owner = name): Claim {
    return (file) => {
      const other = this.take(file, owner);
      if (other !== undefined) throw collision(name, file, other === owner ? undefined : other);
    };
  }

  /** Somebody has given up: the names are free again. */
  release(owner: string): void {
    for (const [place, its] of this.#owners) if (its === owner) this.#owners.delete(place);
  }
}

/** The error for a file whose name another input's file has, or, without `other`, one of the same input's. */
export function collision(input: string, file: string, other: string | undefined): KvsrecError {
  if (other === undefined) {
    return new KvsrecError('output-collision', `${input}: two of its files would be ${file}`, {
      hint: "Tell its files apart with --name, as '{contactId}_{start}_{what}' does.",
    });
  }
  return new KvsrecError('output-collision', `${input}: its file ${file} is one of ${other}'s, too`, {
    hint: 'Write them into different directories with -o, or tell them apart with --name.',
  });
}
