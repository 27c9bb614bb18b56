// What a decoder of WAV files believes: a header that lies makes it reserve gigabytes, and fill them.
const CHUNK_HEADER = 8;
const FIRST_CHUNK = 12;

/** What is wrong with the header of a WAV file, as the end of a sentence; nothing where a decoder may believe it. */
export function faultInHeader(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  // What is no WAV file at all a decoder knows by itself.
  if (name(0) !== 'RIFF') return undefined;
  for (let at = FIRST_CHUNK; at + CHUNK_HEADER <= bytes.length;) {
    const type = name(at);
    const size = view.getUint32(at + 4, true);
    const from = at + CHUNK_HEADER;
    const left = bytes.length - from;
    if (type === 'data') return size > left ? 'ends before its samples do.' : undefined;
    if (type === 'fmt ' && left >= 16) {
      const [channels, block, bits] = [2, 12, 14].map((place) => view.getUint16(from + place, true));
      if (!channels || !bits || block !== (channels * bits) / 8) return 'has a header that contradicts itself.';
    }
    at = from + size;
  }
  return 'has no samples.';
}
