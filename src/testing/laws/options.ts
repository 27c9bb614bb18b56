import { resolveOptions } from '../../core/options.ts';
import { ClippingError, formatValue } from '../../core/errors.ts';
import type { Field } from '../../core/fields.ts';
import { toJson } from '../../core/json.ts';
import { assertThat, type Law } from '../law.ts';

/** The options of a strategy can be stored as JSON. */
export const json: Law<'json'> = {
  name: 'json',
  title: 'has frozen options that survive JSON, with Infinity as "Infinity"',
  check({ factory, make }) {
    const { options } = make();
    assertThat(Object.isFrozen(options), () => 'its options can be changed after it is made');
    const text = toJson(options);
    const revived = make(JSON.parse(text) as Record<string, unknown>).options;
    assertThat(toJson(revived) === text, () => `${text} came back as ${toJson(revived)}`);
    for (const [name, field] of Object.entries(factory.fields)) {
      if (attempt(() => resolveOptions(factory.id, { [name]: field }, { [name]: Infinity })) !== undefined) continue;
      const resolved = resolveOptions(factory.id, { [name]: field }, { [name]: 'Infinity' })[name];
      // The order Infinity is stored as `inf`.
      const isSame = resolved === Infinity || resolved === 'inf';
      assertThat(isSame, () => `\`${name}\` accepts Infinity but turns "Infinity" into ${formatValue(resolved)}`);
    }
  },
};

/** A misspelled option is rejected when the strategy is created. */
export const spelling: Law<'spelling'> = {
  name: 'spelling',
  title: 'rejects a misspelled option and lists the known ones',
  check({ factory, make }) {
    const known = Object.keys(factory.fields);
    for (const name of known.length === 0 ? ['maxNorm'] : known) {
      const misspelled = `${name.slice(0, -1)}${name.endsWith('x') ? 'y' : 'x'}x`;
      const error = attempt(() => make({ [misspelled]: 1 }));
      assertThat(
        error instanceof ClippingError && error.code === 'unknown-option',
        () => `\`${misspelled}\` was not rejected as an unknown option`,
      );
      const missing = known.find((each) => !error.message.includes(`\`${each}\``));
      assertThat(missing === undefined, () => `"${error.message}" does not name \`${String(missing)}\``);
    }
  },
};

/** An option outside its range is rejected when the strategy is created. */
export const bounds: Law<'bounds'> = {
  name: 'bounds',
  title: 'accepts the default of each option and rejects NaN, wrong types and values out of bounds',
  check({ factory, make }) {
    for (const [name, field] of Object.entries(factory.fields)) {
      const rejection = attempt(() => resolveOptions(factory.id, { [name]: field }, { [name]: field.default }));
      assertThat(
        rejection === undefined,
        () => `the default of \`${name}\` is rejected: ${(rejection as Error).message}`,
      );
      for (const wrong of wrongValuesFor(field)) {
        const error = attempt(() => make({ [name]: wrong }));
        const call = `\`${factory.id}({ ${name} })\` must be ${field.rule}; received `;
        assertThat(
          error instanceof ClippingError && error.code === 'bad-option' && error.message.startsWith(call),
          () => `${name}: ${formatValue(wrong)} should be rejected with "${call}…"; received ${String(error)}`,
        );
      }
    }
    const notAnObject = attempt(() => make([] as unknown as Record<string, unknown>));
    assertThat(notAnObject instanceof ClippingError, () => 'an array instead of options was not rejected');
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
