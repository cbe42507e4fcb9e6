// Errors of Node and the system, as sentences.

import { KvsrecError } from '../errors.ts';

interface Explanation {
  code: string;
  reason: string;
  hint: string;
}

const OTHER_DIRECTORY = 'Free some space, or choose a directory on another disk with --out.';

const EXPLANATIONS: Record<string, Explanation> = {
  ENOENT: { code: 'not-found', reason: 'there is no such file or directory', hint: 'Check the path.' },
  EACCES: {
    code: 'no-permission',
    reason: 'permission denied',
    hint: 'Check who may read or write it, or choose another directory with --out.',
  },
  EPERM: {
    code: 'no-permission',
    reason: 'the system does not permit it',
    hint: 'Check who may read or write it.',
  },
  EROFS: {
    code: 'no-permission',
    reason: 'the file system is read-only',
    hint: 'Choose another directory with --out.',
  },
  ENOSPC: { code: 'disk-full', reason: 'no space is left on the disk', hint: OTHER_DIRECTORY },
  EDQUOT: { code: 'disk-full', reason: 'the disk quota is used up', hint: OTHER_DIRECTORY },
  EISDIR: { code: 'is-directory', reason: 'it is a directory, not a file', hint: 'Name a file.' },
  ENOTDIR: {
    code: 'not-a-directory',
    reason: 'a part of the path is a file, not a directory',
    hint: 'Name a directory.',
  },
  EEXIST: {
    code: 'exists',
    reason: 'it exists already',
    hint: 'Remove it, or choose another directory with --out.',
  },
  EMFILE: {
    code: 'too-many-files',
    reason: 'too many files are open',
    hint: 'Lower --jobs, or raise the limit (ulimit -n).',
  },
  ENFILE: {
    code: 'too-many-files',
    reason: 'the system has too many files open',
    hint: 'Lower --jobs, or close other programs.',
  },
  ENAMETOOLONG: {
    code: 'name-too-long',
    reason: 'the name is too long for the file system',
    hint: 'Use a shorter --name or --out.',
  },
  ELOOP: {
    code: 'not-found',
    reason: 'its symbolic links lead nowhere but back to themselves',
    hint: 'Check the links of the path.',
  },
  ENXIO: {
    code: 'unsupported-input',
    reason: 'it is a socket or a device that nothing stands behind',
    hint: 'Give a file.',
  },
  EBUSY: {
    code: 'busy',
    reason: 'something else is using it',
    hint: 'Close the program that uses it, and try again.',
  },
  EADDRINUSE: {
    code: 'port-in-use',
    reason: 'the port is in use already',
    hint: 'Give another --port, or 0 for any.',
  },
  EIO: {
    code: 'io-error',
    reason: 'the device reported an error',
    hint: 'Check the disk or the network drive.',
  },
};

/** What each system call was for; "open" for those that are not listed. */
const DOING: Record<string, string> = {
  read: 'read',
  scandir: 'read the directory',
  access: 'write to the directory',
  write: 'write',
  fsync: 'write',
  ftruncate: 'write',
  mkdir: 'make the directory',
  rename: 'write',
  link: 'write',
  unlink: 'remove',
  listen: 'listen',
  stat: 'open',
};

/** A system error as a KvsrecError, `cannot write calls/a.wav: no space is left …`; undefined for anything else. */
export function explainNodeError(error: unknown): KvsrecError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, path, dest, syscall } = error as NodeJS.ErrnoException & { dest?: string };
  const known = code === undefined ? undefined : EXPLANATIONS[code];
  if (!known) return undefined;
  // A rename that fails does so for its destination, unless there is nothing to rename.
  const place = dest !== undefined && code !== 'ENOENT' ? dest : path;
  const doing = DOING[syscall ?? ''] ?? 'open';
  const what = place === undefined ? (syscall === undefined ? '' : doing) : `${doing} ${place}`;
  const message = what === '' ? known.reason : `cannot ${what}: ${known.reason}`;
  return new KvsrecError(known.code, message, { hint: known.hint, cause: error });
}
