// WAV files on disk: header, holes, the long form, and what is left when writing is given up.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseWavHeader } from '../../src/audio/wav.ts';
import { CHUNK_BYTES, ChunkPool, ChunkStage } from '../../src/recording/chunk.ts';
import { PlainFile, WavFile, type WavFileOptions } from '../../src/recording/wav-file.ts';
import { seeded } from '../fuzz/random.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kvsrec-wav-'));
  file = path.join(folder, 'deep', 'a.wav');
});

afterEach(() => fs.rmSync(folder, { recursive: true }));

const OPTIONS: WavFileOptions = { sampleRate: 8000, channels: 1, overwrite: false };

function open(more: Partial<WavFileOptions> = {}): { wav: WavFile; stage: ChunkStage } {
  const wav = new WavFile(file, { ...OPTIONS, ...more });
  return { wav, stage: new ChunkStage(new ChunkPool(), [(chunk, position) => wav.write(chunk, position)]) };
}

function readBack() {
  const bytes = fs.readFileSync(file);
  const header = parseWavHeader(bytes)!;
  return { bytes, header, data: bytes.subarray(header.dataOffset, header.dataOffset + header.dataBytes) };
}

const noise = seeded(1).bytes(2 * CHUNK_BYTES + 1236);

describe('WavFile', () => {
  it('holds the data behind its header', () => {
    const { wav, stage } = open();
    stage.write(noise, 0, noise.length);
    stage.flush();
    wav.finish();
    const { bytes, header, data } = readBack();
    expect(bytes.subarray(0, 4).toString()).toBe('RIFF');
    expect(header).toMatchObject({ sampleRate: 8000, channels: 1, dataBytes: noise.length });
    expect(data.equals(noise)).toBe(true);
    expect(wav.size).toBe(bytes.length);
  });

  it.each(['data', 'silence at the end', 'silence at the front'])(
    'becomes RF64 past its limit: %s',
    (what) => {
      const { wav, stage } = open({ riffMaxDataBytes: CHUNK_BYTES, channels: 2 });
      const zeros = Buffer.alloc(3 * CHUNK_BYTES);
      if (what === 'silence at the front') stage.zeros(zeros.length);
      stage.write(noise, 0, noise.length);
      if (what === 'silence at the end') stage.zeros(zeros.length);
      stage.flush();
      wav.finish();
      const parts = {
        data: [noise],
        'silence at the end': [noise, zeros],
        'silence at the front': [zeros, noise],
      };
      const wanted = Buffer.concat(parts[what as keyof typeof parts]);
      const { bytes, header, data } = readBack();
      expect(bytes.subarray(0, 4).toString()).toBe('RF64');
      expect(header).toMatchObject({ channels: 2, dataBytes: wanted.length });
      expect(header.dataOffset + header.dataBytes).toBe(bytes.length);
      expect(data.equals(wanted)).toBe(true);
    },
  );

  it('stays in the short form up to its limit', () => {
    const { wav, stage } = open({ riffMaxDataBytes: noise.length });
    stage.write(noise, 0, noise.length);
    stage.flush();
    wav.finish();
    expect(readBack().bytes.subarray(0, 4).toString()).toBe('RIFF');
  });

  it('moves more than one block of data', { timeout: 30_000 }, () => {
    const { wav, stage } = open({ riffMaxDataBytes: 1000 });
    const times = 80;
    for (let i = 0; i < times; i++) stage.write(noise, 0, noise.length);
    stage.flush();
    wav.finish();
    expect(readBack().data.equals(Buffer.concat(Array<Buffer>(times).fill(noise)))).toBe(true);
  });

  it('may be empty', () => {
    open().wav.finish();
    expect(readBack().header.dataBytes).toBe(0);
  });

  it('changes what was written, and what was left out', () => {
    const { wav, stage } = open();
    stage.write(noise, 0, 100);
    stage.flush();
    wav.modify(90, 20, (there) => {
      expect(there.equals(Buffer.concat([noise.subarray(90, 100), Buffer.alloc(10)]))).toBe(true);
      there.fill(9);
    });
    wav.finish();
    expect(readBack().data.equals(Buffer.concat([noise.subarray(0, 90), Buffer.alloc(20, 9)]))).toBe(true);
  });

  it('has its name only when it is finished', () => {
    const { wav } = open();
    expect(fs.existsSync(file)).toBe(false);
    wav.finish();
    expect(fs.readdirSync(path.dirname(file))).toEqual(['a.wav']);
  });

  it('leaves nothing behind when it is given up', () => {
    const { wav, stage } = open();
    stage.write(noise, 0, noise.length);
    wav.discard();
    expect(fs.readdirSync(path.dirname(file))).toEqual([]);
  });

  it('never replaces a file unless asked to', () => {
    fs.mkdirSync(path.dirname(file));
    const { wav } = open();
    fs.writeFileSync(file, 'mine');
    expect(() => open()).toThrow(expect.objectContaining({ code: 'file-exists' }));
    expect(() => wav.finish()).toThrow(expect.objectContaining({ code: 'file-exists' }));
    wav.discard();
    expect(fs.readFileSync(file, 'utf8')).toBe('mine');
    expect(fs.readdirSync(path.dirname(file))).toEqual(['a.wav']);
    open({ overwrite: true }).wav.finish();
    expect(readBack().header.dataBytes).toBe(0);
  });
});

describe('PlainFile', () => {
  it('holds the payloads and nothing else', () => {
    const plain = new PlainFile(file, { overwrite: false });
    const stage = new ChunkStage(new ChunkPool(), [(chunk, index) => plain.write(chunk, index)]);
    stage.write(noise, 0, noise.length);
    stage.flush();
    plain.finish();
    expect(fs.readFileSync(file).equals(noise)).toBe(true);
  });
});
