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
  // Not a regular expression, in which a few stars can take for ever on a name that almost fits.
  const parts = glob.match(/\*\*|[^]/gu) ?? [];
  // Whether the first so many parts fit what has been read of the name.
  let fits = withEmptyRuns(parts, [true]);
  for (const character of name) {
    if (character === '/' && fits[parts.length]) return true;
    const next: boolean[] = [];
    parts.forEach((part, place) => {
      const isRun = part === '**' || part === '*';
      const takes = part === '**' || (part === '*' || part === '?' ? character !== '/' : part === character);
      if (takes && fits[place + (isRun ? 1 : 0)]) next[place + 1] = true;
    });
    fits = withEmptyRuns(parts, next);
  }
  return fits[parts.length] === true;
}

// A run of characters may have none.
function withEmptyRuns(parts: readonly string[], fits: boolean[]): boolean[] {
  parts.forEach((part, place) => {
    if (part.startsWith('*') && fits[place]) fits[place + 1] = true;
  });
  return fits;
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
