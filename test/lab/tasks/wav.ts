/** The format of a WAV file. */
interface Format {
  readonly sampleRate: number;
  /** Writes 32-bit floats instead of 16-bit integers. */
  readonly float?: boolean;
}

/** Encodes a WAV file of one or more channels according to its specification (IBM & Microsoft, 1991). */
export function encodeWav(channels: readonly Float32Array[], { sampleRate, float = false }: Format): Buffer {
  const bytes = float ? 4 : 2;
  const block = bytes * channels.length;
  const length = channels[0]?.length ?? 0;
  const file = Buffer.alloc(44 + block * length);
  file.write('RIFF', 0);
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(float ? 3 : 1, 20);
  file.writeUInt16LE(channels.length, 22);
  file.writeUInt32LE(sampleRate, 24);
  file.writeUInt32LE(sampleRate * block, 28);
  file.writeUInt16LE(block, 32);
  file.writeUInt16LE(8 * bytes, 34);
  file.write('data', 36);
  file.writeUInt32LE(block * length, 40);
  channels.forEach((samples, channel) => {
    samples.forEach((one, time) => {
      const offset = 44 + time * block + channel * bytes;
      if (float) file.writeFloatLE(one, offset);
      else file.writeInt16LE(Math.round(one * 32_767), offset);
    });
  });
  return file;
}
