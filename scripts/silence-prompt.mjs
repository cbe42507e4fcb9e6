// A minute of silence as Amazon Connect takes prompts: WAV, µ-law, 8 kHz, mono.
// https://docs.aws.amazon.com/connect/latest/adminguide/setup-prompts-s3.html

const RATE = 8000;
/** The code of 0: µ-law transmits all bits inverted. */
const SILENCE = 0xff;
const FORMAT_MULAW = 7;

export function silencePrompt(seconds = 60) {
  const samples = seconds * RATE;
  const format = Buffer.alloc(18);
  format.writeUInt16LE(FORMAT_MULAW, 0);
  format.writeUInt16LE(1, 2);
  format.writeUInt32LE(RATE, 4);
  format.writeUInt32LE(RATE, 8);
  format.writeUInt16LE(1, 12);
  format.writeUInt16LE(8, 14);
  // What is not PCM says how many samples there are.
  const fact = Buffer.alloc(4);
  fact.writeUInt32LE(samples);
  const chunks = Buffer.concat([
    Buffer.from('WAVE'),
    chunk('fmt ', format),
    chunk('fact', fact),
    chunk('data', Buffer.alloc(samples, SILENCE)),
  ]);
  return chunk('RIFF', chunks);
}

function chunk(id, body) {
  const head = Buffer.alloc(8);
  head.write(id, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}
