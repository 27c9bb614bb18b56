import { resolveOptions } from '../../core/options.ts';
import { ClippingError, formatValue } from '../../core/errors.ts';
import type { Field } from '../../core/fields.ts';
import { toJson } from '../../core/json.ts';
import { assertThat, type Law } from '../law.ts';

/** A strategy is a value that JSON can carry. */
export const json: Law<'json'> = {
  name: 'json',
  title: 'has options that survive JSON and cannot be changed, Infinity as "Infinity"',
  check({ factory, make }) {
    const { options } = make();
    assertThat(Object.isFrozen(options), () => 'its options can be changed after it is made');
    const text = toJson(options);
    const again = make(JSON.parse(text) as Record<string, unknown>).options;
    assertThat(toJson(again) === text, () => `${text} came back as ${toJson(again)}`);
    for (const [name, field] of Object.entries(factory.fields)) {
      if (attempt(() => resolveOptions(factory.id, { [name]: field }, { [name]: Infinity })) !== undefined) continue;
      const resolved = resolveOptions(factory.id, { [name]: field }, { [name]: 'Infinity' })[name];
      // An order of Infinity has a word of its own, `inf`.
      const same = resolved === Infinity || resolved === 'inf';
      assertThat(same, () => `\`${name}\` takes Infinity but makes ${formatValue(resolved)} of "Infinity"`);
    }
  },
};

/** A slip of the pen is caught when the strategy is made. */
export const spelling: Law<'spelling'> = {
  name: 'spelling',
  title: 'refuses a misspelt option and names the right ones',
  check({ factory, make }) {
    const known = Object.keys(factory.fields);
    for (const name of known.length === 0 ? ['maxNorm'] : known) {
      const misspelt = `${name.slice(0, -1)}${name.endsWith('x') ? 'y' : 'x'}x`;
      const error = attempt(() => make({ [misspelt]: 1 }));
      assertThat(
        error instanceof ClippingError && error.code === 'unknown-option',
        () => `\`${misspelt}\` was not refused as an unknown option`,
      );
      const missing = known.find((one) => !error.message.includes(`\`${one}\``));
      assertThat(missing === undefined, () => `"${error.message}" does not name \`${String(missing)}\``);
    }
  },
};

/** No value outside an option's range gets as far as a step. */
export const bounds: Law<'bounds'> = {
  name: 'bounds',
  title: 'takes the default of each option, and refuses NaN, wrong types and what is out of bounds',
  check({ factory, make }) {
    for (const [name, field] of Object.entries(factory.fields)) {
      const own = attempt(() => resolveOptions(factory.id, { [name]: field }, { [name]: field.default }));
      assertThat(own === undefined, () => `the default of \`${name}\` is refused: ${(own as Error).message}`);
      for (const wrong of wrongValuesFor(field)) {
        const error = attempt(() => make({ [name]: wrong }));
        const call = `\`${factory.id}({ ${name} })\` must be ${field.rule}; received `;
        assertThat(
          error instanceof ClippingError && error.code === 'bad-option' && error.message.startsWith(call),
          () => `${name}: ${formatValue(wrong)} should be refused as "${call}…"; came ${String(error)}`,
        );
      }
    }
    const notAnObject = attempt(() => make([] as unknown as Record<string, unknown>));
    assertThat(notAnObject instanceof ClippingError, () => 'a list in place of the options was not refused');
  },
};

function wrongValuesFor({ kind, min, max, nullable }: Field): unknown[] {
  const wrong = nullable ? [] : [null];
  const beyond = [min, max].filter((end) => end !== undefined && Number.isFinite(end));
  switch (kind) {
    case 'number':
    case 'integer':
      return [
        ...wrong,
        ...[NaN, '1', '', true, {}, [1]],
        ...beyond.map((end) => (end === min ? (end ?? 0) - 1 : (end ?? 0) + 1)),
        ...(kind === 'integer' ? [(min ?? 0) + 0.5, Infinity] : []),
      ];
    case 'choice':
      return [...wrong, NaN, {}, true, 'no such choice'];
    case 'flag':
      return [...wrong, 0, 1, 'true', {}];
    case 'names':
      return [...wrong, 'lstm', [1], {}];
    case 'integers':
      return [...wrong, 1, [0.5], ['0'], [NaN]];
    case 'numbers-by-name':
      return [...wrong, 1, { lstm: 'long' }, { lstm: NaN }, { lstm: -1 }];
  }
}

function attempt(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
}
