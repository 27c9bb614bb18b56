// Compiles the WebAssembly kernels into the TypeScript files that embed them. `--check` compares instead of writing.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import { format, resolveConfig } from 'prettier';
import wabt from 'wabt';

const root = new URL('../', import.meta.url);
const IMPORT_SECTION = 2;

/** The files to write, each with a function that returns its text. */
export const KERNELS = [
  { path: 'src/kernels/simd-bytes.ts', compile: compileSimd },
  {
    path: 'src/kernels/per-unit/per-unit-bytes.ts',
    // Its repeated loops compress better when none is shortened.
    compile: () => compileAssembly('src/kernels/per-unit', 'per-unit.ts', { optimize: '-O3' }),
  },
  {
    path: 'src/recurrent/fused/wasm/layer-bytes.ts',
    compile: () => compileAssembly('src/recurrent/fused/wasm', 'layer.ts', { withRelaxedSimd: true }),
  },
];

async function compileSimd() {
  const PLAIN = '(import "env" "memory" (memory 0))';
  // The threaded build of tfjs shares a memory of up to 65536 pages; the import must declare at least this limit.
  const SHARED = '(import "env" "memory" (memory 1 65536 shared))';
  const text = await readFile(new URL('src/kernels/simd.wat', root), 'utf8');
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
  return toTypeScript('simd.wat', {
    plain: compile(text),
    shared: compile(text.replace(PLAIN, SHARED)),
  });
}

async function compileAssembly(parent, file, { optimize = '-O2', withRelaxedSimd = false } = {}) {
  const folder = `${parent}/assembly`;
  const compile = async (...options) => {
    let binary;
    const { error, stderr } = await asc.main(
      [
        ...[file, '--baseDir', fileURLToPath(new URL(folder, root)), '--outFile', 'compiled.wasm'],
        ...[optimize, '--converge', '--noAssert', '--runtime', 'stub', '--use', 'abort=', '--disableWarning'],
        ...['--importMemory', '--noExportMemory', '--enable', 'simd', ...options],
      ],
      { writeFile: (_name, contents) => (binary = contents) },
    );
    if (error) throw new Error(`${folder} does not compile: ${stderr.toString()}`);
    return Buffer.from(binary);
  };
  return toTypeScript(folder, {
    plain: await compile(),
    shared: await compile('--enable', 'threads', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'),
    relaxed: withRelaxedSimd && (await compile('--enable', 'relaxed-simd')),
  });
}

/** Returns the TypeScript that embeds the builds of a module, with their common parts once. */
async function toTypeScript(source, { plain, shared, relaxed }) {
  const [first, second] = [plain, shared].map(splitAfterImports);
  if (!first.body.equals(second.body))
    throw new Error(`${source}: only the imports may differ where memory is shared.`);
  const third = relaxed && splitAfterImports(relaxed);
  if (third && !third.head.equals(first.head)) throw new Error(`${source}: the builds differ in types or imports.`);
  const text = `// Compiled from ${source} by \`npm run build:kernels\`; do not edit.

/** The module up to its import of an unshared memory. */
export const HEAD = '${encode(first.head)}';

/** The same for a shared memory, as in the threaded build of tfjs. */
export const SHARED_HEAD = '${encode(second.head)}';

/** The rest of the module. */
export const BODY = '${encode(first.body)}';
${third ? `\n/** The same with relaxed SIMD. */\nexport const RELAXED_BODY = '${encode(third.body)}';\n` : ''}`;
  return format(text, { ...(await resolveConfig(fileURLToPath(new URL('package.json', root)))), parser: 'typescript' });
}

// As src/kernels/module.ts decodes it: bytes shifted by 3, so that the common prefix of SIMD instructions comes first; one
// character from `(` on for the first 86 of them, and a prefix for the others. No character needs an escape in a string.
function encode(bytes) {
  return [...bytes]
    .map((byte) => {
      const [high, low] = [Math.floor(((byte + 3) % 256) / 86), ((byte + 3) % 256) % 86];
      return ['', ' ', '!'][high] + String.fromCharCode(low + (low < 52 ? 40 : 41));
    })
    .join('');
}

// Splits after the import section, the only section where the builds for shared and unshared memory differ.
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
  throw new Error('The module has no import section.');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { path, compile } of KERNELS) {
    const target = new URL(path, root);
    const text = await compile();
    if (!process.argv.includes('--check')) {
      await writeFile(target, text);
    } else if ((await readFile(target, 'utf8')) !== text) {
      console.error(`${path} is stale; \`npm run build:kernels\` compiles it.`);
      process.exitCode = 1;
    }
  }
}
