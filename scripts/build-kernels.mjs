// Compiles src/kernels/simd.wat into src/kernels/simd-bytes.ts. `--check` compares instead of writing.
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import wabt from 'wabt';

const source = new URL('../src/kernels/simd.wat', import.meta.url);
const target = new URL('../src/kernels/simd-bytes.ts', import.meta.url);

const PLAIN = '(import "env" "memory" (memory 0))';
// tfjs's threaded build shares a memory of up to 65536 pages; an import must name a limit no smaller.
const SHARED = '(import "env" "memory" (memory 1 65536 shared))';
const IMPORT_SECTION = 2;

/** The TypeScript that embeds what the text in `simd.wat` compiles to. */
export async function embedded() {
  const text = await readFile(source, 'utf8');
  const { parseWat } = await wabt();
  const compile = (wat) => {
    const module = parseWat('simd.wat', wat, { simd: true, threads: true });
    try {
      module.validate({ simd: true, threads: true });
      return Buffer.from(module.toBinary({}).buffer);
    } finally {
      module.destroy();
    }
  };
  if (!text.includes(PLAIN)) throw new Error(`simd.wat must import its memory as ${PLAIN}.`);
  const plain = split(compile(text));
  const shared = split(compile(text.replace(PLAIN, SHARED)));
  if (!plain.body.equals(shared.body)) throw new Error('The two variants differ in more than their import.');
  const lines = (bytes) => bytes.toString('base64');
  return format(
    `// Compiled from simd.wat by \`npm run build:kernels\`; do not edit.

/** The module up to its import of an unshared memory, in base64. */
export const HEAD = '${lines(plain.head)}';

/** The same for a shared memory, as in the threaded build of tfjs. */
export const SHARED_HEAD = '${lines(shared.head)}';

/** The rest of the module, in base64. */
export const BODY = '${lines(plain.body)}';
`,
    { ...(await resolveConfig(target)), parser: 'typescript' },
  );
}

// Cuts after the import section: the only place where the variants differ.
function split(bytes) {
  let at = 8;
  while (at < bytes.length) {
    const id = bytes[at];
    at += 1;
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at];
      at += 1;
      size |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    at += size;
    if (id === IMPORT_SECTION) return { head: bytes.subarray(0, at), body: bytes.subarray(at) };
  }
  throw new Error('simd.wat imports nothing.');
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const text = await embedded();
  if (process.argv.includes('--check')) {
    if ((await readFile(target, 'utf8')) !== text) {
      console.error(
        'src/kernels/simd-bytes.ts is not what src/kernels/simd.wat compiles to; run `npm run build:kernels`.',
      );
      process.exitCode = 1;
    }
  } else {
    await writeFile(target, text);
  }
}
