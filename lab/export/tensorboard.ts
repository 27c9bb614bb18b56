/**
 * Writes TensorBoard event files, which contain one TFRecord per event. An event is a protocol buffer.
 *
 * A record is the length of its data [8 bytes, little-endian], a checksum of the length [4], the data, and a checksum of
 * the data [4]; see tensorflow/core/lib/io/record_writer.h. The messages are `Event` and `Summary` of event.proto and
 * summary.proto.
 *
 * @module
 */

import type { Run } from '../run/record.ts';
import type { MetricSink, WriteFile } from './sink.ts';

/** Creates a sink that writes one folder per run with one event file; TensorBoard shows the folder's name. */
export function createTensorBoardSink(writeFile: WriteFile, now = Date.now()): MetricSink {
  return {
    write(runs) {
      let count = 0;
      for (const run of runs) {
        const { cell, strategy, learningRate, seed } = run.start.config;
        const name = `${cell}-${strategy.id}-${learningRate}-${seed}-${run.start.id}`;
        // The name has no time, so that a second export replaces the first.
        writeFile(`${name}/events.out.tfevents.0000000000.gradclip`, encodeEvents(run, now / 1000));
        count += 1;
      }
      return Promise.resolve(`${count} event files for tensorboard --logdir`);
    },
  };
}

/** Encodes the event file of a run that started at a time, in seconds since 1970. */
export function encodeEvents({ steps, end }: Run, start: number): Uint8Array {
  const events = [encodeRecord(joinFields(encodeDouble(1, start), encodeText(3, 'brain.Event:2')))];
  let seconds = start;
  for (const { step, loss, normBefore, normAfter, clipped, threshold, ms } of steps) {
    seconds += ms / 1000;
    const scalars: [string, number][] = [
      ['loss', loss],
      ['norm/before', normBefore],
      ['norm/after', normAfter],
      ['clipped', clipped ? 1 : 0],
      ...(threshold === undefined ? [] : ([['norm/threshold', threshold]] as [string, number][])),
    ];
    events.push(encodeRecord(encodeScalars(seconds, step, scalars)));
  }
  events.push(
    encodeRecord(
      encodeScalars(seconds, end.steps, [
        ['validation', end.validation],
        ['test', end.test],
      ]),
    ),
  );
  return concatenate(events);
}

function encodeScalars(seconds: number, step: number, scalars: readonly [string, number][]): Uint8Array {
  const values = scalars.map(([tag, value]) => encodeBytes(1, joinFields(encodeText(1, tag), encodeFloat(2, value))));
  return joinFields(encodeDouble(1, seconds), encodeInteger(2, step), encodeBytes(5, joinFields(...values)));
}

/** Adds the length and the checksums to the bytes of an event. */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const framed = new Uint8Array(data.length + 16);
  const view = new DataView(framed.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(framed.subarray(0, 8)), true);
  framed.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(data), true);
  return framed;
}

/** The checksum that TFRecord stores: masked, because a CRC of data that contains CRCs is unreliable. */
export function maskedCrc(data: Uint8Array): number {
  const crc = crc32c(data);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** CRC-32C (Castagnoli), RFC 3720 appendix B.4. */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = CRC_TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

const [VARINT, FIXED64, LENGTH, FIXED32] = [0, 1, 2, 5];

const joinFields = (...fields: readonly Uint8Array[]): Uint8Array => concatenate(fields);
const fieldKey = (field: number, wire: number): number => (field << 3) | wire;

function encodeDouble(field: number, value: number): Uint8Array {
  const out = new Uint8Array(9);
  out[0] = fieldKey(field, FIXED64);
  new DataView(out.buffer).setFloat64(1, value, true);
  return out;
}

function encodeFloat(field: number, value: number): Uint8Array {
  const out = new Uint8Array(5);
  out[0] = fieldKey(field, FIXED32);
  new DataView(out.buffer).setFloat32(1, value, true);
  return out;
}

function encodeInteger(field: number, value: number): Uint8Array {
  return Uint8Array.of(fieldKey(field, VARINT), ...encodeVarint(value));
}

function encodeText(field: number, value: string): Uint8Array {
  return encodeBytes(field, new TextEncoder().encode(value));
}

function encodeBytes(field: number, value: Uint8Array): Uint8Array {
  return concatenate([Uint8Array.of(fieldKey(field, LENGTH), ...encodeVarint(value.length)), value]);
}

function encodeVarint(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128);
  return [...out, rest];
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
