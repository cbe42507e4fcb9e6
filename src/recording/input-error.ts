// Inputs that cannot give audio, each with what to do about it.
import { KvsrecError } from '../errors.ts';

/** The input has no bytes. */
export function emptyInput(name: string): KvsrecError {
  return new KvsrecError('empty-input', `${name} is empty`, {
    hint: 'A GetMedia response without data often means that the stream has no audio at that position, or that the role may not use the stream’s KMS key.',
  });
}

/** Nowhere in the input does a Matroska document begin. */
export function notMatroska(name: string): KvsrecError {
  return new KvsrecError('not-matroska', `${name} is not a Matroska stream`, {
    hint: 'kvsrec reads what GetMedia and GetMediaForFragmentList answer, saved as it is. A WAV, MP4 or gzip file must be given to another tool.',
  });
}

/** The input is sound and carries no sound. */
export function noAudioTrack(name: string, tracks: number): KvsrecError {
  const has = tracks === 0 ? 'no tracks' : `${tracks} ${tracks === 1 ? 'track' : 'tracks'} and none of audio`;
  return new KvsrecError('no-audio-track', `${name} has ${has}`, {
    hint: `kvsrec inspect ${name} shows what it holds.`,
  });
}
