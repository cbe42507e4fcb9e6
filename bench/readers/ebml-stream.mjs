// ebml-stream: node ebml-stream.mjs DUMP FROM.pcm TO.pcm

import { createReadStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { EbmlStreamDecoder, EbmlTagId } from 'ebml-stream';
import { PcmFile } from './pcm-file.mjs';

const [dump, from, to] = process.argv.slice(2);
const files = [undefined, new PcmFile(from), new PcmFile(to)];

const decoder = new EbmlStreamDecoder();
decoder.on('data', (tag) => {
  if (tag.id === EbmlTagId.SimpleBlock) files[tag.track].write(tag.payload);
});
createReadStream(dump, { highWaterMark: 256 * 1024 }).pipe(decoder);
await finished(decoder);
for (const file of files) file?.close();
