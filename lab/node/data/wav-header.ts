const CHUNK_HEADER = 8;
const FIRST_CHUNK = 12;

/**
 * Checks the header of a WAV file, because a wrong one makes the decoder allocate gigabytes.
 *
 * @returns the error, as the end of a sentence; undefined if the header is valid or the file is not a WAV file at all,
 * which the decoder detects itself
 */
export function findHeaderError(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunkName = (offset: number): string => String.fromCharCode(...bytes.subarray(offset, offset + 4));
  if (chunkName(0) !== 'RIFF') return undefined;
  for (let offset = FIRST_CHUNK; offset + CHUNK_HEADER <= bytes.length;) {
    const type = chunkName(offset);
    const size = view.getUint32(offset + 4, true);
    const content = offset + CHUNK_HEADER;
    const available = bytes.length - content;
    if (type === 'data') return size > available ? 'is truncated.' : undefined;
    if (type === 'fmt ' && available >= 16) {
      const [channels, blockSize, bits] = [2, 12, 14].map((field) => view.getUint16(content + field, true));
      if (!channels || !bits || blockSize !== (channels * bits) / 8) return 'has an inconsistent header.';
    }
    offset = content + size;
  }
  return 'contains no samples.';
}
