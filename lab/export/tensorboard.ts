/**
 * TensorBoard's event files: a TFRecord for each event, which is a protocol buffer.
 *
 * A record is its length [8 bytes, little-endian], a checksum of that [4], the bytes, and a checksum of them [4];
 * see tensorflow/core/lib/io/record_writer.h. The messages are `Event` and `Summary` of event.proto and summary.proto.
 *
 * @module
 */

import type { Run } from '../record.ts';
import type { MetricSink, WriteFile } from './sink.ts';

/** A folder for each run, with one event file, which `tensorboard --logdir` shows by the name of the folder. */
export function tensorBoardSink(write: WriteFile, now = Date.now()): MetricSink {
  return {
    take(runs) {
      for (const run of runs) {
        const { cell, strategy, learningRate, seed } = run.start.config;
        const name = `${cell}-${strategy.id}-${learningRate}-${seed}-${run.start.id}`;
        // In seconds, and without the time, so that a second export replaces the first.
        write(`${name}/events.out.tfevents.0000000000.gradclip`, eventsOf(run, now / 1000));
      }
      return Promise.resolve(`${runs.length} event files; look at them by tensorboard --logdir`);
    },
  };
}

/** The event file of a run that began at a time, in seconds since 1970. */
export function eventsOf({ steps, end }: Run, begun: number): Uint8Array {
  const events = [record(message(double(1, begun), text(3, 'brain.Event:2')))];
  let seconds = begun;
  for (const { step, loss, normBefore, normAfter, clipped, threshold, ms } of steps) {
    seconds += ms / 1000;
    const scalars: [string, number][] = [
      ['loss', loss],
      ['norm/before', normBefore],
      ['norm/after', normAfter],
      ['clipped', clipped ? 1 : 0],
      ...(threshold === undefined ? [] : ([['norm/threshold', threshold]] as [string, number][])),
    ];
    events.push(record(event(seconds, step, scalars)));
  }
  events.push(record(event(seconds, end.steps, [['metric', end.metric]])));
  return concatenated(events);
}

function event(seconds: number, step: number, scalars: readonly [string, number][]): Uint8Array {
  const values = scalars.map(([tag, value]) => bytes(1, message(text(1, tag), float(2, value))));
  return message(double(1, seconds), integer(2, step), bytes(5, message(...values)));
}

/** Frames the bytes of an event. */
export function record(data: Uint8Array): Uint8Array {
  const framed = new Uint8Array(data.length + 16);
  const view = new DataView(framed.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(framed.subarray(0, 8)), true);
  framed.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(data), true);
  return framed;
}

/** The checksum as TFRecord stores it, so that a checksum of data that holds checksums stays sound. */
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

const message = (...fields: readonly Uint8Array[]): Uint8Array => concatenated(fields);
const key = (field: number, wire: number): number => (field << 3) | wire;

function double(field: number, value: number): Uint8Array {
  const out = new Uint8Array(9);
  out[0] = key(field, FIXED64);
  new DataView(out.buffer).setFloat64(1, value, true);
  return out;
}

function float(field: number, value: number): Uint8Array {
  const out = new Uint8Array(5);
  out[0] = key(field, FIXED32);
  new DataView(out.buffer).setFloat32(1, value, true);
  return out;
}

function integer(field: number, value: number): Uint8Array {
  return Uint8Array.of(key(field, VARINT), ...varint(value));
}

function text(field: number, value: string): Uint8Array {
  return bytes(field, new TextEncoder().encode(value));
}

function bytes(field: number, value: Uint8Array): Uint8Array {
  return concatenated([Uint8Array.of(key(field, LENGTH), ...varint(value.length)), value]);
}

function varint(value: number): number[] {
  const out: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128);
  return [...out, rest];
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
