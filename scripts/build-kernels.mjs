// Compiles src/kernels/simd.wat into src/kernels/simd-bytes.ts. `--check` compares instead of writing.
import { readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import wabt from 'wabt';

const source = new URL('../src/kernels/simd.wat', import.meta.url);
const target = new URL('../src/kernels/simd-bytes.ts', import.meta.url);

const PLAIN = '(import "env" "memory" (memory 0))';
// The threaded build of tfjs shares a memory of up to 65536 pages; the import must declare at least this limit.
const SHARED = '(import "env" "memory" (memory 1 65536 shared))';
const IMPORT_SECTION = 2;

/** Returns the TypeScript that embeds the compiled `simd.wat`. */
export async function compileToTypeScript() {
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
  const plain = splitAfterImports(compile(text));
  const shared = splitAfterImports(compile(text.replace(PLAIN, SHARED)));
  if (!plain.body.equals(shared.body))
    throw new Error('The plain and the shared variant differ outside their import section.');
  const base64 = (bytes) => bytes.toString('base64');
  return format(
    `// Compiled from simd.wat by \`npm run build:kernels\`; do not edit.

/** The module up to its import of an unshared memory, in base64. */
export const HEAD = '${base64(plain.head)}';

/** The same for a shared memory, as in the threaded build of tfjs. */
export const SHARED_HEAD = '${base64(shared.head)}';

/** The rest of the module, in base64. */
export const BODY = '${base64(plain.body)}';
`,
    { ...(await resolveConfig(target)), parser: 'typescript' },
  );
}

// Splits after the import section, the only section where the variants differ.
function splitAfterImports(bytes) {
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
  throw new Error('simd.wat has no import section.');
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const text = await compileToTypeScript();
  if (process.argv.includes('--check')) {
    if ((await readFile(target, 'utf8')) !== text) {
      console.error(
        'src/kernels/simd-bytes.ts is stale; `npm run build:kernels` compiles it from src/kernels/simd.wat.',
      );
      process.exitCode = 1;
    }
  } else {
    await writeFile(target, text);
  }
}
