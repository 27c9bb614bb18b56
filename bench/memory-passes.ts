// The fastest passes over memory that the machine allows: reading, copying, and copying into new arrays.
import wabt from 'wabt';

const READ = `(module (import "env" "memory" (memory 0))
  (func (export "read") (param $p i32) (param $n i32) (result i32)
    (local $end i32) (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $end (i32.add (local.get $p) (i32.and (local.get $n) (i32.const -64))))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $p) (local.get $end)))
      (local.set $a (v128.or (local.get $a) (v128.load (local.get $p))))
      (local.set $b (v128.or (local.get $b) (v128.load offset=16 (local.get $p))))
      (local.set $c (v128.or (local.get $c) (v128.load offset=32 (local.get $p))))
      (local.set $d (v128.or (local.get $d) (v128.load offset=48 (local.get $p))))
      (local.set $p (i32.add (local.get $p) (i32.const 64)))
      (br $next)))
    (i32x4.extract_lane 0 (v128.or (v128.or (local.get $a) (local.get $b)) (v128.or (local.get $c) (local.get $d))))))`;

const PAGE_BYTES = 65_536;

/** Passes over as many bytes as a set of gradients has, in the same layout. */
export interface MemoryPasses {
  read(): void;
  copy(): void;
  /** The least that a clipping step can do on cpu without changing gradients in place. */
  copyToNewArrays(): void;
}

/** Creates the passes. They use their own WebAssembly memory, because the heap of tfjs must not be overwritten. */
export async function memoryPasses(tensors: number, elements: number): Promise<MemoryPasses> {
  const bytes = elements * Float32Array.BYTES_PER_ELEMENT;
  const memory = new WebAssembly.Memory({ initial: Math.ceil((2 * tensors * bytes) / PAGE_BYTES) + 1 });
  const { parseWat } = await wabt();
  const module = new WebAssembly.Module(
    Uint8Array.from(parseWat('read.wat', READ, { simd: true }).toBinary({}).buffer),
  );
  const { read } = new WebAssembly.Instance(module, { env: { memory } }).exports as {
    read: (offset: number, bytes: number) => number;
  };
  const heap = new Uint8Array(memory.buffer);
  // The system maps pages that were never written to one page of zeros; reading that would not read memory.
  heap.fill(1);
  const arrays = Array.from({ length: tensors }, () => new Float32Array(elements).fill(1));
  const offsets = Array.from({ length: tensors }, (_, index) => index * bytes);
  return {
    read: () => {
      for (const offset of offsets) read(offset, bytes);
    },
    copy: () => {
      for (const offset of offsets) heap.copyWithin(offset + tensors * bytes, offset, offset + bytes);
    },
    copyToNewArrays: () => void arrays.map((array) => new Float32Array(array)),
  };
}
