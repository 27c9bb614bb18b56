// What a strategy declares of itself is neither more than it keeps, which the laws see to, nor less.
import { tensor1d, tidy } from '@tensorflow/tfjs';
import type { Laws } from 'gradclip/define';
import { lawsOf, type FactoryUnderTest, type LawName } from 'gradclip/testing';
import { expect, it } from 'vitest';

const DIRECTIONS = ['none', 'unit', 'variable', 'layer', 'global'] as const;

type Promised = [law: LawName, promise: Partial<Laws>, made: boolean];

/** Promises, each with the law that holds a strategy to it and whether it was made. */
function promisesOf({ direction, idempotent, lengthens = false }: Laws): Promised[] {
  const further = DIRECTIONS[DIRECTIONS.indexOf(direction) + 1];
  const promises: Promised[] = [
    ['twice', { idempotent: true }, idempotent],
    ['length', { lengthens: false }, !lengthens],
  ];
  return further === undefined ? promises : [['direction', { direction: further }, false], ...promises];
}

/** Writes the tests of a declaration, under options that break what is not promised. */
export function testDeclaration<Options>(factory: FactoryUnderTest<Options>, options: Options | undefined): void {
  const { fields, laws } = factory;
  const thresholds = Object.keys(fields).filter((name) => fields[name]?.isThreshold);

  it.each(promisesOf(laws))('keeps the law "%s" with %o: %s', async (name, promise, made) => {
    const trial = { laws: promise, ...(options === undefined ? {} : { options }) };
    const law = lawsOf(factory, trial).find((one) => one.name === name);
    const kept = await law?.check().then(
      () => true,
      () => false,
    );
    expect(kept).toBe(made);
  });

  it('has a default for each option', () => {
    expect(Object.keys(factory().options)).toEqual(Object.keys(fields));
    expect(Object.values(factory().options)).not.toContain(undefined);
  });

  it.skipIf(thresholds.length === 0)('passes every gradient unchanged when its threshold is Infinity', () => {
    const off = Object.fromEntries(thresholds.slice(0, 1).map((name) => [name, Infinity]));
    const passed = tidy(() => {
      const gradients = { w: tensor1d([3e5, -4e5]) };
      const strategy = factory(off as Options);
      const context = { step: 0, parameters: gradients };
      return strategy.clip(gradients, strategy.init(gradients), context).gradients['w']?.arraySync();
    });
    expect(passed).toEqual([3e5, -4e5]);
  });
}
