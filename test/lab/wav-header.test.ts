import { describe, expect, it } from 'vitest';
import { faultInHeader } from '../../lab/node/wav-header.ts';
import { encode } from './tasks/wav.ts';

const sound = encode([new Float32Array(8), new Float32Array(8)], { sampleRate: 8000 });

function changed(place: number, value: number, bytes: 2 | 4): Buffer {
  const file = Buffer.from(sound);
  file.writeUIntLE(value, place, bytes);
  return file;
}

describe('the header of a WAV file', () => {
  it('is believed where it is sound, whatever comes before the samples', () => {
    expect(faultInHeader(sound)).toBeUndefined();
    const note = Buffer.from('note\u0004\u0000\u0000\u0000abcd', 'latin1');
    expect(faultInHeader(Buffer.concat([sound.subarray(0, 36), note, sound.subarray(36)]))).toBeUndefined();
  });

  it.each([
    ['more samples than there are', changed(40, 33, 4), 'ends before its samples do.'],
    ['samples without end', changed(40, 0xffffffff, 4), 'ends before its samples do.'],
    ['sixty thousand channels', changed(22, 60_000, 2), 'has a header that contradicts itself.'],
    ['no channel', changed(22, 0, 2), 'has a header that contradicts itself.'],
    ['samples of other bytes', changed(34, 8, 2), 'has a header that contradicts itself.'],
    ['blocks of one byte', changed(32, 1, 2), 'has a header that contradicts itself.'],
    ['nothing but itself', sound.subarray(0, 36), 'has no samples.'],
    ['not even itself', sound.subarray(0, 10), 'has no samples.'],
  ])('is not believed where it tells of %s', (_, file, fault) => {
    expect(faultInHeader(file)).toBe(fault);
  });
});
