/** The format of a WAV file. */
interface Format {
  readonly sampleRate: number;
  /** Bits per sample; 16 by default. */
  readonly bits?: 8 | 16 | 24 | 32 | 64;
  /** Writes floating-point numbers instead of whole ones, of 32 bits by default. */
  readonly float?: boolean;
  /** Writes WAVE_FORMAT_EXTENSIBLE, as ffmpeg and sox do for more than 16 bits, 48 kHz or two channels. */
  readonly extensible?: boolean;
  /** Text in a LIST chunk before the samples. A chunk of odd length is followed by a zero byte. */
  readonly comment?: string;
  /** The size that the header promises; a program that writes to a pipe writes 0xffffffff. */
  readonly dataSize?: number;
}

/** The last 14 bytes of the GUID of a format: KSDATAFORMAT_SUBTYPE in Microsoft's mmreg.h. */
const SUBTYPE = Buffer.from('000000001000800000aa00389b71', 'hex');

/** Encodes a WAV file of one or more channels according to its specification (IBM & Microsoft, 1991). */
export function encodeWav(channels: readonly Float32Array[], format: Format): Buffer {
  const { sampleRate, float = false, bits = float ? 32 : 16, extensible = false, comment } = format;
  const block = (bits / 8) * channels.length;
  const code = float ? 3 : 1;
  const fmt = Buffer.alloc(16);
  fmt.writeUInt16LE(extensible ? 0xfffe : code, 0);
  fmt.writeUInt16LE(channels.length, 2);
  fmt.writeUInt32LE(sampleRate, 4);
  fmt.writeUInt32LE(sampleRate * block, 8);
  fmt.writeUInt16LE(block, 12);
  fmt.writeUInt16LE(bits, 14);
  const extension = Buffer.concat([Buffer.of(22, 0, bits, 0, 4, 0, 0, 0, code, 0), SUBTYPE]);
  const samples = encodeSamples(channels, bits, float);
  const body = Buffer.concat([
    Buffer.from('WAVE'),
    chunk('fmt ', extensible ? Buffer.concat([fmt, extension]) : fmt),
    ...(comment === undefined ? [] : [chunk('LIST', Buffer.from(comment))]),
    chunk('data', samples, format.dataSize),
  ]);
  return chunk('RIFF', body);
}

function chunk(name: string, content: Buffer, size = content.length): Buffer {
  const header = Buffer.alloc(8);
  header.write(name, 0);
  header.writeUInt32LE(size, 4);
  return Buffer.concat([header, content, Buffer.alloc(content.length % 2)]);
}

function encodeSamples(channels: readonly Float32Array[], bits: number, float: boolean): Buffer {
  const bytes = bits / 8;
  const length = channels[0]?.length ?? 0;
  const samples = Buffer.alloc(bytes * channels.length * length);
  channels.forEach((channel, index) => {
    channel.forEach((value, time) => {
      const offset = (time * channels.length + index) * bytes;
      const whole = Math.round(value * (2 ** (bits - 1) - 1));
      if (float && bits === 64) samples.writeDoubleLE(value, offset);
      else if (float) samples.writeFloatLE(value, offset);
      else if (bits === 8) samples.writeUInt8(whole + 128, offset);
      else samples.writeIntLE(whole, offset, bytes);
    });
  });
  return samples;
}
