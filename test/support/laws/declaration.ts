// Tests that a strategy's declaration promises neither too much nor too little: the laws test each promise it makes, and
// these tests show that it breaks each promise it does not make.
import { tensor1d, tidy } from '@tensorflow/tfjs';
import type { Laws } from 'gradclip/define';
import { lawsOf, type FactoryUnderTest, type LawName } from 'gradclip/testing';
import { expect, it } from 'vitest';

const DIRECTIONS = ['none', 'unit', 'variable', 'layer', 'global'] as const;

type ExpectedOutcome = [law: LawName, promise: Partial<Laws>, isDeclared: boolean];

/** Lists promises, each with the law that tests it and whether the strategy declares it. */
function listPromises({ direction, idempotent, lengthens = false }: Laws): ExpectedOutcome[] {
  const further = DIRECTIONS[DIRECTIONS.indexOf(direction) + 1];
  const promises: ExpectedOutcome[] = [
    ['twice', { idempotent: true }, idempotent],
    ['length', { lengthens: false }, !lengthens],
  ];
  return further === undefined ? promises : [['direction', { direction: further }, false], ...promises];
}

/** Defines the tests of a declaration, with options that break every promise the strategy does not make. */
export function testDeclaration<Options>(factory: FactoryUnderTest<Options>, options: Options | undefined): void {
  const { fields, laws } = factory;
  const thresholds = Object.keys(fields).filter((name) => fields[name]?.isThreshold);

  it.each(listPromises(laws))(
    'keeps the law "%s" under %o only if declared (%s)',
    async (name, promise, isDeclared) => {
      const trial = { laws: promise, ...(options === undefined ? {} : { options }) };
      const law = lawsOf(factory, trial).find((one) => one.name === name);
      const kept = await law?.check().then(
        () => true,
        () => false,
      );
      expect(kept).toBe(isDeclared);
    },
  );

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
