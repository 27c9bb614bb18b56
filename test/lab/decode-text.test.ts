import { describe, expect, it } from 'vitest';
import { decodeText } from '../../lab/node/data/decode-text.ts';

const english = 'date,text\n2024-01-01,It was a fine day – “good”.\n';
const chinese = '这部电影很好看。\n我不喜欢这本书，因为太长了。\n他们昨天去了北京的一家餐厅吃饭。\n';

function utf16(text: string, { isBig = false, hasMark = true } = {}): Buffer {
  const bytes = Buffer.from(`${hasMark ? '\uFEFF' : ''}${text}`, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
}

/** The two sentences `我喜欢电影。` and `这本书不好。`, ten times, in GB18030. */
const gb18030 = Buffer.concat(
  Array.from({ length: 10 }, () => Buffer.from('ced2cfb2bbb6b5e7d3b0a1a30ad5e2b1becae9b2bbbac3a1a30a', 'hex')),
);

describe('a text file', () => {
  it.each([
    ['UTF-8', Buffer.from(english), english],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${chinese}`), chinese],
    ['UTF-16', utf16(english), english],
    ['UTF-16 of Chinese', utf16(chinese), chinese],
    ['big-endian UTF-16', utf16(english, { isBig: true }), english],
    ['UTF-16 without a byte order mark', utf16(english, { hasMark: false }), english],
    ['big-endian UTF-16 without a byte order mark', utf16(english, { isBig: true, hasMark: false }), english],
    ['GB18030', gb18030, '我喜欢电影。\n这本书不好。\n'.repeat(10)],
  ])('in %s is decoded', (_, bytes, text) => {
    expect(decodeText(bytes)).toBe(text);
  });

  it.each([
    [
      'a Western European encoding',
      Buffer.from('Le café était fermé, à cause de la grève générale.\n', 'latin1'),
      /^is not UTF-8 but seems to be (ISO-8859-1|windows-1252)\. Convert it, for example: iconv -f \1 -t UTF-8 FILE > NEW$/,
    ],
    ['zero bytes', Buffer.of(137, 80, 0, 1), /^is not a text file: byte 3 is 0\.$/],
    ['one zero byte in a text', Buffer.from(`${english}\0${english}`), /^is not a text file: byte \d+ is 0\.$/],
    ['zero bytes everywhere', Buffer.alloc(64), /^is not a text file: byte 1 is 0\.$/],
    [
      'UTF-8 with a broken line',
      Buffer.concat([Buffer.from(`${chinese}${chinese}日本`), Buffer.of(0xe6, 0x97), Buffer.from(`\n${chinese}`)]),
      /^is not UTF-8: line 7 has invalid bytes\. Save the file as UTF-8\.$/,
    ],
  ])('is rejected with %s', (_, bytes, message) => {
    expect(() => decodeText(bytes)).toThrow(message);
  });
});
