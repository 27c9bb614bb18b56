/**
 * The layer of a variable: its name up to the last slash, `lstm` for `lstm/recurrent_kernel`.
 *
 * A variable without a slash is a layer by itself. Directions of a bidirectional layer and cells of a stack are
 * layers of their own, as they have kernels of their own.
 *
 * @category Named tensors
 */
export function layerOf(variable: string): string {
  const slash = variable.lastIndexOf('/');
  return slash === -1 ? variable : variable.slice(0, slash);
}

/**
 * A variable's name without the number that tfjs appends when the name is taken: `lstm/kernel` for `lstm/kernel_1`.
 */
export function originalName(variable: string): string {
  return variable.replace(/_\d+$/, '');
}

/**
 * Whether a name fits a glob: `*` stands for any run of characters but `/`, `**` for any run, `?` for one.
 *
 * A glob for a whole path also fits everything below it: `encoder` fits `encoder/kernel`.
 *
 * @category Named tensors
 */
export function matchesGlob(glob: string, name: string): boolean {
  const pattern = glob
    .split(/(\*\*|\*|\?)/)
    .map((part) => WILDCARDS.get(part) ?? part.replace(/[.+^${}()|[\]\\]/g, '\\$&'))
    .join('');
  return new RegExp(`^${pattern}(/.*)?$`, 's').test(name);
}

/**
 * Whether a variable fits a glob, by its name or by the one it had before tf.layers numbered it.
 *
 * The `lstm/kernel` of a model that is loaded beside the old one is called `lstm/kernel_1`, and is still meant.
 *
 * @category Named tensors
 */
export function matchesVariable(glob: string, variable: string): boolean {
  if (matchesGlob(glob, variable)) return true;
  // Only tf.layers numbers names, and its names have a slash.
  return variable.includes('/') && matchesGlob(glob, originalName(variable));
}

const WILDCARDS: ReadonlyMap<string, string> = new Map([
  ['**', '.*'],
  ['*', '[^/]*'],
  ['?', '[^/]'],
]);
