// ebml's Decoder: node ebml.mjs DUMP FROM.pcm TO.pcm

import { createReadStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import ebml from 'ebml';
import { PcmFile } from './pcm-file.mjs';

const [dump, from, to] = process.argv.slice(2);
const files = [undefined, new PcmFile(from), new PcmFile(to)];

const decoder = new ebml.Decoder();
decoder.on('data', ([kind, tag]) => {
  if (kind === 'tag' && tag.name === 'SimpleBlock') files[tag.track].write(tag.payload);
});

createReadStream(dump, { highWaterMark: 256 * 1024 }).pipe(decoder);
await finished(decoder);
for (const file of files) file?.close();
