import { ClippingError } from './errors.ts';

/**
 * Returns the layer of a variable: its name up to the last slash, `lstm` for `lstm/recurrent_kernel`.
 *
 * A variable without a slash is its own layer. Each direction of a bidirectional layer and each cell of a stack is a
 * separate layer, because each has its own kernels.
 *
 * @category Named tensors
 */
export function layerOf(variable: string): string {
  const slash = variable.lastIndexOf('/');
  return slash === -1 ? variable : variable.slice(0, slash);
}

/**
 * Removes the number that tfjs appends to a name already in use: `lstm/kernel` for `lstm/kernel_1`.
 */
export function originalName(variable: string): string {
  return variable.replace(/_\d+$/, '');
}

/**
 * Tests whether a name matches a glob.
 *
 * `*` matches any characters except `/`, `**` matches any characters, and `?` matches one character except `/`. A glob
 * for a path also matches everything below it: `encoder` matches `encoder/kernel`.
 *
 * @category Named tensors
 */
export function matchesGlob(glob: string, name: string): boolean {
  // A regular expression with several stars can take exponential time on a name that almost matches.
  const parts = glob.match(/\*\*|[^]/gu) ?? [];
  // matched[n]: whether the first n parts match the characters read so far.
  let matched = withEmptyRuns(parts, [true]);
  for (const character of name) {
    if (character === '/' && matched[parts.length]) return true;
    const next: boolean[] = [];
    parts.forEach((part, index) => {
      const isRun = part === '**' || part === '*';
      const accepts = part === '**' || (part === '*' || part === '?' ? character !== '/' : part === character);
      if (accepts && matched[index + (isRun ? 1 : 0)]) next[index + 1] = true;
    });
    matched = withEmptyRuns(parts, next);
  }
  return matched[parts.length] === true;
}

// A star also matches zero characters.
function withEmptyRuns(parts: readonly string[], matched: boolean[]): boolean[] {
  parts.forEach((part, index) => {
    if (part.startsWith('*') && matched[index]) matched[index + 1] = true;
  });
  return matched;
}

/**
 * Tests whether a variable matches a glob, by its name or by its name before tf.layers numbered it.
 *
 * If a model is loaded beside another, tf.layers renames `lstm/kernel` to `lstm/kernel_1`. The old glob still matches.
 *
 * @category Named tensors
 */
export function matchesVariable(glob: string, variable: string): boolean {
  if (matchesGlob(glob, variable)) return true;
  // Only names given by tf.layers are numbered, and they contain a slash.
  return variable.includes('/') && matchesGlob(glob, originalName(variable));
}

/**
 * Checks that each glob matches at least one name.
 *
 * `call` is the option that holds the globs, such as `agc({ exclude })`, and `noun` what they match, such as `variable`.
 *
 * @throws ClippingError `bad-option` when a glob matches no name; the message lists the names.
 *
 * @category Named tensors
 */
export function assertGlobsMatch(
  call: string,
  globs: readonly string[],
  {
    noun,
    names,
    matches = matchesGlob,
  }: {
    readonly noun: string;
    readonly names: readonly string[];
    readonly matches?: (glob: string, name: string) => boolean;
  },
): void {
  for (const glob of globs) {
    if (names.some((name) => matches(glob, name))) continue;
    throw new ClippingError(
      'bad-option',
      `\`${call}\`: the glob \`${glob}\` matches no ${noun}; the ${noun}s are ${names.join(', ')}.`,
    );
  }
}
