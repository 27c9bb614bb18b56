import { createRequire } from 'node:module';
import type { WaveFile as WaveFileClass } from 'wavefile';
import { formatCell } from '../../tasks/_table.ts';

// The package's ES modules have no file extensions, so Node.js loads only its CommonJS build.
const { WaveFile } = createRequire(import.meta.url)('wavefile') as { WaveFile: typeof WaveFileClass };

/** The sound of a WAV file, mixed down to one channel. */
export interface Sound {
  /** In Hz. */
  readonly sampleRate: number;
  /** Full scale is from −1 to 1; floating-point files may exceed it. */
  readonly samples: Float64Array;
}

/** The parts of a `WaveFile` that its types leave out. */
interface WaveParts {
  readonly fmt: {
    readonly audioFormat: number;
    readonly numChannels: number;
    readonly sampleRate: number;
    readonly blockAlign: number;
    readonly bitsPerSample: number;
    readonly subformat: readonly number[];
  };
  readonly data: { readonly chunkSize: number; readonly samples: Uint8Array };
}

/** The first bytes of WAV files: the usual ones, those of big-endian and those of very large files. */
const CONTAINERS = ['RIFF', 'RIFX', 'RF64'];

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;

const CHUNK_HEADER = 8;

/** The offset of the subformat in an extensible `fmt ` chunk. */
const SUBFORMAT = 24;

/** In Hz. Recordings are resampled to the lowest rate among them, which should still have speech. */
const RATES = { lowest: 4000, highest: 768_000 };

const FORMAT_NAMES: Readonly<Record<number, string>> = { 2: 'ADPCM', 6: 'A-law', 7: 'µ-law', 17: 'ADPCM', 85: 'MP3' };

/** Programs that write to a pipe do not know the size of the samples in advance, and write one of these. */
const UNKNOWN_SIZES = [0x7fff_ffff, 0xffff_ffff];

/**
 * Decodes a WAV file of whole numbers (8 to 32 bits) or floating-point numbers (32 or 64 bits).
 *
 * @throws an Error whose message ends a sentence that begins with the file's name
 */
export function decodeWav(bytes: Uint8Array): Sound {
  const wave = open(withoutFloatExtension(bytes));
  const { fmt, data } = wave;
  const format = fmt.audioFormat === EXTENSIBLE ? fmt.subformat[0] : fmt.audioFormat;
  if (format !== PCM && format !== FLOAT) {
    const name = FORMAT_NAMES[format ?? 0];
    throw new Error(`has the format ${format}${name ? ` (${name})` : ''}. Save it as PCM or floating-point numbers.`);
  }
  const isTruncated = !UNKNOWN_SIZES.includes(data.chunkSize) && data.samples.length < data.chunkSize;
  if (isTruncated) {
    throw new Error(
      `is truncated: its header promises ${data.chunkSize} bytes of samples and ${data.samples.length} follow. Copy it again, or remove it.`,
    );
  }
  const bits = Number.parseInt(wave.bitDepth, 10);
  const { numChannels, sampleRate, blockAlign } = fmt;
  if (!(numChannels > 0 && blockAlign === numChannels * Math.ceil(bits / 8))) {
    throw new Error(
      `has an inconsistent header: channels ${numChannels}, bits ${fmt.bitsPerSample}, bytes of a block ${blockAlign}. Save it as 16-bit PCM.`,
    );
  }
  if (!(sampleRate >= RATES.lowest && sampleRate <= RATES.highest)) {
    throw new Error(
      `has a sample rate of ${sampleRate} Hz. Save it with a rate from ${RATES.lowest} to ${RATES.highest} Hz.`,
    );
  }
  if (data.samples.length < blockAlign || data.chunkSize === 0) throw new Error('contains no samples. Remove it.');
  const decoded = mixDown(wave.getSamples(false, Float64Array) as unknown as Float64Array | Float64Array[]);
  // The package takes the zero byte after an odd number of bytes for a sample.
  const samples = decoded.subarray(0, Math.floor(data.chunkSize / blockAlign));
  const broken = samples.findIndex((sample) => !Number.isFinite(sample));
  if (broken >= 0) throw new Error(`has ${samples[broken]} as sample ${broken + 1}. Save it with finite numbers.`);
  if (format === PCM) toFullScale(samples, bits);
  return { sampleRate, samples };
}

/** Resamples a sound by cubic interpolation after a low-pass filter. */
export function resample({ sampleRate, samples }: Sound, newRate: number): Sound {
  if (sampleRate === newRate) return { sampleRate, samples };
  const wave = new WaveFile();
  wave.fromScratch(1, sampleRate, '64', samples);
  wave.toSampleRate(newRate);
  return { sampleRate: newRate, samples: wave.getSamples(false, Float64Array) as unknown as Float64Array };
}

function open(bytes: Uint8Array): WaveFileClass & WaveParts {
  if (bytes.length === 0) throw new Error('is empty. Remove it.');
  const start = String.fromCharCode(...bytes.subarray(0, 4));
  if (!CONTAINERS.includes(start)) {
    throw new Error(
      `is not a WAV file: it begins with ${formatCell(start)}. Convert it, for example: sox FILE NEW.wav`,
    );
  }
  const wave = new WaveFile();
  try {
    wave.fromBuffer(bytes);
  } catch (error) {
    throw new Error(
      `is not a readable WAV file: ${(error as Error).message.replace(/\.$/, '')}. Save it again, or remove it.`,
      { cause: error },
    );
  }
  return wave as WaveFileClass & WaveParts;
}

/**
 * Turns WAVE_FORMAT_EXTENSIBLE with floating-point numbers into the plain format.
 *
 * The package takes the 32-bit floating-point numbers of extensible files for whole ones.
 */
function withoutFloatExtension(bytes: Uint8Array): Uint8Array {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = file.indexOf('fmt ') + CHUNK_HEADER;
  if (format < CHUNK_HEADER || format + SUBFORMAT + 2 > file.length) return bytes;
  if (file.readUInt16LE(format) !== EXTENSIBLE || file.readUInt16LE(format + SUBFORMAT) !== FLOAT) return bytes;
  const changed = Buffer.from(file);
  changed.writeUInt16LE(FLOAT, format);
  return changed;
}

function mixDown(channels: Float64Array | readonly Float64Array[]): Float64Array {
  if (channels instanceof Float64Array) return channels;
  const [first, ...others] = channels as [Float64Array, ...Float64Array[]];
  return first.map(
    (sample, time) => others.reduce((sum, channel) => sum + channel[time]!, sample) / (others.length + 1),
  );
}

/** Scales whole numbers to [−1, 1), in which 8-bit samples are unsigned. */
function toFullScale(samples: Float64Array, bits: number): void {
  const scale = 2 ** (bits - 1);
  samples.forEach((sample, time) => (samples[time] = (bits === 8 ? sample - scale : sample) / scale));
}
