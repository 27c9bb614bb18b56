import { describe, expect, it } from 'vitest';
import { findHeaderError } from '../../lab/node/data/wav-header.ts';
import { encodeWav } from './tasks/wav.ts';

const sound = encodeWav([new Float32Array(8), new Float32Array(8)], { sampleRate: 8000 });

function withField(offset: number, value: number, bytes: 2 | 4): Buffer {
  const file = Buffer.from(sound);
  file.writeUIntLE(value, offset, bytes);
  return file;
}

describe('the header of a WAV file', () => {
  it('is accepted if it is valid, whatever chunks precede the samples', () => {
    expect(findHeaderError(sound)).toBeUndefined();
    const note = Buffer.from('note\u0004\u0000\u0000\u0000abcd', 'latin1');
    expect(findHeaderError(Buffer.concat([sound.subarray(0, 36), note, sound.subarray(36)]))).toBeUndefined();
  });

  it.each([
    ['more samples than the file has', withField(40, 33, 4), 'is truncated.'],
    ['4 GiB of samples', withField(40, 0xffffffff, 4), 'is truncated.'],
    ['60000 channels', withField(22, 60_000, 2), 'has an inconsistent header.'],
    ['0 channels', withField(22, 0, 2), 'has an inconsistent header.'],
    ['the wrong bits per sample', withField(34, 8, 2), 'has an inconsistent header.'],
    ['the wrong block size', withField(32, 1, 2), 'has an inconsistent header.'],
    ['no samples', sound.subarray(0, 36), 'contains no samples.'],
    ['ten bytes', sound.subarray(0, 10), 'contains no samples.'],
  ])('is rejected with %s', (_, file, fault) => {
    expect(findHeaderError(file)).toBe(fault);
  });
});
