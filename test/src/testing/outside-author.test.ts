// A strategy written outside this repository is registered, found by id, used in training, saved and loaded.
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { clipOptimizer, enableLoading, type ClippedOptimizer } from 'gradclip';
import { createContainer, strategyModule, TOKENS } from 'gradclip/container';
import { allStrategies } from 'gradclip/strategies';
import { expect, it } from 'vitest';
import { model, reloaded, train, weightsOf } from '../../support/fixtures.ts';
import { noting, shorterBySchedule, type Journal } from './shorter-by-schedule.ts';

it('the strategy imports only the package and tfjs', () => {
  const text = readFileSync(new URL('shorter-by-schedule.ts', import.meta.url), 'utf8');
  const imported = [...text.matchAll(/from '([^']+)'/g)].map(([, name]) => name);
  expect(imported).toEqual(['@tensorflow/tfjs-core', 'gradclip/define']);
});

it('registers, resolves, trains, saves and loads a custom strategy', async () => {
  const container = createContainer({ strategies: allStrategies });
  container.load(strategyModule([shorterBySchedule]));
  const registry = container.get(TOKENS.StrategyRegistry);
  expect(registry.ids()).toEqual([...allStrategies.map(({ id }) => id), 'shorter-by-schedule']);
  enableLoading(registry);

  const run = async (between: (net: tf.LayersModel) => Promise<tf.LayersModel>) => {
    const strategy = registry.create({
      id: 'chain',
      options: {
        strategies: [
          { id: 'per-value', options: { maxAbs: 2 } },
          { id: 'shorter-by-schedule', options: { halfLife: 3 } },
        ],
      },
    });
    let net: tf.LayersModel = model();
    net.compile({ optimizer: clipOptimizer(tf.train.adam(0.05), strategy), loss: 'meanSquaredError' });
    await train(net, 6);
    net = await between(net);
    await train(net, 6);
    return net;
  };
  const whole = await run((net) => Promise.resolve(net));
  const resumed = await run(reloaded);
  expect(weightsOf(resumed)).toEqual(weightsOf(whole));
  const optimizer = resumed.optimizer as unknown as ClippedOptimizer;
  expect(optimizer.state['1/limit']!.dataSync()[0]).toBeCloseTo(2 ** -4, 5);
  expect((await optimizer.stats()).clipRate).toBeGreaterThan(0);
});

it('injects a service into a factory', async () => {
  const lines: string[] = [];
  const JOURNAL = Symbol('journal');
  const container = createContainer({ strategies: allStrategies });
  container.bind<Journal>(JOURNAL).toConstantValue({ note: (line) => lines.push(line) });
  container
    .bind(TOKENS.StrategyFactory)
    .toResolvedValue((journal: Journal) => noting(journal), [JOURNAL])
    .inSingletonScope();
  const strategy = container.get(TOKENS.StrategyRegistry).create('noting');
  const net = model();
  net.compile({ optimizer: clipOptimizer(tf.train.sgd(0.1), strategy), loss: 'meanSquaredError' });
  await train(net, 2);
  const again = await reloaded(net);
  await train(again, 1);
  expect(lines).toEqual(['step 0: 5 gradients', 'step 1: 5 gradients', 'step 2: 5 gradients']);
});
