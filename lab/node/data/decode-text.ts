import { detect } from 'chardet';

/** Encodings that need no conversion by the user. UTF-16 is recognized by its byte order mark or its zero bytes. */
const DECODED = ['GB18030', 'Big5', 'Shift_JIS', 'EUC-JP', 'EUC-KR'];

/** Detection reads this many bytes from the start. */
const SAMPLE_BYTES = 65_536;

/** A text that is UTF-8 except for a smaller share of zero bytes is damaged, not UTF-16. */
const MIN_ZEROS = 0.1;

/** Control characters that no text contains. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\0-\x08\x0E-\x1A\x1C-\x1F]/;

/**
 * Decodes the bytes of a text file: UTF-8, UTF-16, or a recognized encoding of Chinese, Japanese or Korean.
 *
 * @throws an Error whose message ends a sentence that begins with the file's name
 */
export function decodeText(bytes: Uint8Array): string {
  const utf16 = detectUtf16(bytes);
  if (utf16 !== undefined) {
    const text = tryDecode(bytes, utf16);
    if (text !== undefined && !CONTROL.test(text.slice(0, SAMPLE_BYTES))) return text;
  }
  const zero = bytes.indexOf(0);
  if (zero >= 0) throw new Error(`is not a text file: byte ${zero + 1} is 0.`);
  const text = tryDecode(bytes, 'utf-8');
  if (text !== undefined) return text;

  if (isMostlyUtf8(bytes)) throw new Error(describeInvalidLine(bytes));
  const encoding = detect(bytes.subarray(0, SAMPLE_BYTES)) ?? '';
  const decoded = DECODED.includes(encoding) ? tryDecode(bytes, encoding) : undefined;
  if (decoded !== undefined) return decoded;
  if (encoding === '' || encoding === 'UTF-8') throw new Error(describeInvalidLine(bytes));
  throw new Error(
    `is not UTF-8 but seems to be ${encoding}. Convert it, for example: iconv -f ${encoding} -t UTF-8 FILE > NEW`,
  );
}

function tryDecode(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Recognizes UTF-16 by its byte order mark, or by zero bytes that are all the first or all the second of two bytes. */
function detectUtf16(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  const zeros = [0, 0];
  bytes.subarray(0, SAMPLE_BYTES).forEach((byte, index) => {
    if (byte === 0) zeros[index % 2]! += 1;
  });
  const [even = 0, odd = 0] = zeros;
  if ((even === 0) === (odd === 0) || bytes.length % 2 === 1) return undefined;
  const isStray = even + odd < MIN_ZEROS * Math.min(bytes.length, SAMPLE_BYTES);
  if (
    isStray &&
    tryDecode(
      bytes.filter((byte) => byte !== 0),
      'utf-8',
    ) !== undefined
  )
    return undefined;
  return odd > 0 ? 'utf-16le' : 'utf-16be';
}

/** Whether more characters outside ASCII are valid UTF-8 than invalid. */
function isMostlyUtf8(bytes: Uint8Array): boolean {
  // eslint-disable-next-line no-control-regex
  const beyondAscii = new TextDecoder().decode(bytes.subarray(0, SAMPLE_BYTES)).match(/[^\x00-\x7F]/gu) ?? [];
  const invalid = beyondAscii.filter((character) => character === '\uFFFD').length;
  return beyondAscii.length > 2 * invalid;
}

/** Names the first line that is not UTF-8. */
function describeInvalidLine(bytes: Uint8Array): string {
  let [line, start] = [1, 0];
  for (;;) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed;
    if (tryDecode(bytes.subarray(start, end), 'utf-8') === undefined || feed < 0) break;
    [line, start] = [line + 1, end + 1];
  }
  return `is not UTF-8: line ${line} has invalid bytes. Save the file as UTF-8.`;
}
