/** The builds of a module as text, in two parts; only the first differs where the memory is shared. */
export interface ModuleText {
  readonly HEAD: string;
  readonly SHARED_HEAD: string;
  readonly BODY: string;
}

const modules = new Map<string, WebAssembly.Module>();

/**
 * Instantiates the first of some modules that the engine supports on a memory.
 *
 * @throws if WebAssembly or the instructions of every module are missing, or if the memory is of neither known kind
 */
export function instantiate<Exports>(memory: WebAssembly.Memory, ...texts: readonly ModuleText[]): Exports {
  const isShared = typeof SharedArrayBuffer !== 'undefined' && memory.buffer instanceof SharedArrayBuffer;
  for (const { HEAD, SHARED_HEAD, BODY } of texts) {
    const module = compile((isShared ? SHARED_HEAD : HEAD) + BODY);
    if (module) return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  }
  throw new Error('This engine has no WebAssembly SIMD.');
}

/** Compiles a module; undefined if the engine lacks its instructions. */
function compile(text: string): WebAssembly.Module | undefined {
  let module = modules.get(text);
  if (module === undefined) {
    const bytes = decodeBytes(text);
    if (!WebAssembly.validate(bytes)) return undefined;
    module = new WebAssembly.Module(bytes);
    modules.set(text, module);
  }
  return module;
}

/**
 * Decodes the text that scripts/build-kernels.mjs makes of bytes. Each byte has characters of its own, so repeated
 * instructions are repeated text: gzipped, it is a quarter smaller than base64.
 */
export function decodeBytes(text: string): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  let high = 0;
  for (const letter of text) {
    const code = letter.charCodeAt(0);
    if (code < 40) high = 86 * (code - 31);
    else {
      // The digits have no backslash, which is character 92. The array keeps the sum modulo 256.
      bytes.push(high + code - (code > 92 ? 44 : 43));
      high = 0;
    }
  }
  return Uint8Array.from(bytes);
}
