// SHA-256, loaded when the first digest is wanted: most runs want none, and loading it takes a tenth of their start.
import type { Hash } from 'node:crypto';

export function sha256(): Hash {
  return process.getBuiltinModule('node:crypto').createHash('sha256');
}
