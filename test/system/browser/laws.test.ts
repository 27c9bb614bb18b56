// The complete conformance suite on the backends of a browser.
import * as tf from '@tensorflow/tfjs';
import { type AnyStrategyFactory, type NamedTensors } from 'gradclip';
import { defineStrategy, mapTensors } from 'gradclip/define';
import { globalNorm, allStrategies } from 'gradclip/strategies';
import { describeStrategy, lawsOf, type FactoryUnderTest, type LawName } from 'gradclip/testing';
import { describe, expect, it } from 'vitest';
import { conditionsFor } from '../../support/laws/conditions.ts';
import { workingDevices } from './devices.ts';
import { registerWasm } from './wasm-files.ts';

registerWasm();
const devices = await workingDevices();
// The default of a page; the suite itself makes small tensors run on shaders.
tf.env().set('WEBGL_CPU_FORWARD', true);

for (const factory of allStrategies) {
  const { onDevice, ...trial } = conditionsFor(factory.id);
  const judged = factory as unknown as FactoryUnderTest<never>;
  describeStrategy(judged, { describe, it, backends: ['wasm'], ...trial });
  describeStrategy(judged, { describe, it, backends: ['webgl'], ...trial, ...onDevice });
}

describe('the conformance suite in a browser', () => {
  const offender = (clip: (gradients: NamedTensors) => NamedTensors): AnyStrategyFactory =>
    defineStrategy({
      id: 'offender',
      title: 'Offender',
      laws: { direction: 'global', idempotent: true },
      fields: {},
      clip: (_options, gradients) => clip(gradients),
    });
  const check = (factory: AnyStrategyFactory, name: LawName, backend: string): Promise<void> =>
    lawsOf(factory as unknown as FactoryUnderTest<never>, { backend })
      .find((law) => law.name === name)!
      .check();

  it('runs shaders on webgl even for small tensors, which tfjs would compute on the cpu', async () => {
    let shaders = 0;
    let products = 0;
    const factory = offender((gradients) =>
      mapTensors(gradients, (one) => {
        const result = tf.mul(one, 1);
        products += 1;
        const { texData } = tf.backend() as unknown as { texData: Map<object, { texture: unknown }> };
        if (texData.get(result.dataId)?.texture != null) shaders += 1;
        return result;
      }),
    );
    await check(factory, 'small', 'webgl');
    expect(products).toBeGreaterThan(0);
    expect(shaders).toBe(products);
    expect(tf.env().getBool('WEBGL_CPU_FORWARD')).toBe(true);
  });

  it('counts the reads that a webgl kernel makes by itself', async () => {
    const sorted = offender((gradients) =>
      mapTensors(gradients, (one) => {
        tf.topk(tf.reshape(one, [-1]), 1);
        return one;
      }),
    );
    await expect(check(sorted, 'reads', 'webgl')).rejects.toThrow(/on webgl: it read \d+ tensors in 6 steps/);
    expect(Object.hasOwn(tf.backend(), 'readSync')).toBe(false);
  });

  it.runIf(devices.includes('webgpu'))('does not judge zeros for results on webgpu', async () => {
    const verdict = await check(globalNorm, 'small', 'webgpu').then(() => 'it holds', String);
    expect(verdict).toMatch(/^it holds$|dataSync`, which returns 0 for 1 \+ 1 on webgpu here/);
  });
});
