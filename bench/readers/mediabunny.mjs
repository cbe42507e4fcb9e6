// mediabunny: node mediabunny.mjs DUMP FROM.pcm TO.pcm

import { EncodedPacketSink, FilePathSource, Input, MATROSKA } from 'mediabunny';
import { PcmFile } from './pcm-file.mjs';

const [dump, from, to] = process.argv.slice(2);
const input = new Input({ source: new FilePathSource(dump), formats: [MATROSKA] });
const tracks = await input.getAudioTracks();

await Promise.all(
  [from, to].map(async (path, index) => {
    const file = new PcmFile(path);
    for await (const packet of new EncodedPacketSink(tracks[index]).packets()) file.write(packet.data);
    file.close();
  }),
);
input.dispose();
