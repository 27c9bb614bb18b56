import { engine } from '@tensorflow/tfjs-core';
import { ClippingError, inBackticks, listNames } from './errors.ts';

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
 * Returns the layers that share their name with a layer of another model: `head#1` for `head/kernel_1` beside `head/kernel`.
 *
 * tf.layers numbers a variable whose name is taken. {@link layerAmong} tells the two layers apart.
 *
 * @category Named tensors
 */
export function numberedLayers(variables: readonly string[]): ReadonlySet<string> {
  const known = new Set(variables);
  const numbered = variables.filter((variable) => known.has(originalName(variable)) && variable.includes('/'));
  return new Set(numbered.flatMap((variable) => numberedLayerOf(variable) ?? []));
}

/**
 * Returns the layer of a variable as {@link layerOf} does, or its numbered layer if that is one of `numbered`.
 *
 * @category Named tensors
 */
export function layerAmong(variable: string, numbered: Pick<ReadonlySet<string>, 'has'>): string {
  const own = numberedLayerOf(variable);
  return own !== undefined && numbered.has(own) ? own : layerOf(variable);
}

function numberedLayerOf(variable: string): string | undefined {
  const match = /^(.+)\/[^/]+_(\d+)$/.exec(variable);
  return match === null ? undefined : `${match[1] as string}#${match[2] as string}`;
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
 * Checks that each glob matches at least one name, or one of any other variable, such as that of a frozen layer.
 *
 * `call` is the option that holds the globs, such as `agc({ exclude })`, and `noun` what they match, such as `variable`.
 * `nameOf` returns the name of a variable, such as its layer; the variable itself by default.
 *
 * @throws ClippingError `bad-option` when a glob matches nothing; the message lists the names.
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
    nameOf = (variable) => variable,
  }: {
    readonly noun: string;
    readonly names: readonly string[];
    readonly matches?: (glob: string, name: string) => boolean;
    readonly nameOf?: (variable: string) => string;
  },
): void {
  for (const glob of globs) {
    if (names.some((name) => matches(glob, name))) continue;
    if (registeredVariableNames().some((variable) => matches(glob, nameOf(variable)))) continue;
    throw new ClippingError(
      'bad-option',
      `\`${call}\`: the glob ${inBackticks(glob)} matches no ${noun}; the ${noun}s are ${listNames(names)}.`,
    );
  }
}

/** The names of all variables of tfjs, those of frozen layers and of other models included. */
export function registeredVariableNames(): string[] {
  return Object.keys(engine().registeredVariables);
}
