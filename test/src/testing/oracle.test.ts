import '@tensorflow/tfjs';
import { globalNorm } from 'gradclip/strategies';
import { compareWithOracle, type Oracle } from 'gradclip/testing';
import { describe, expect, it } from 'vitest';
import { mapValues } from '../../support/oracles/arithmetic.ts';
import { oracle } from '../../support/oracles/global-norm.ts';

const backend = 'cpu';
const quick = { backend, sequences: 4 };
const off = (factor: number): Oracle => {
  return (options, parameters) => {
    const right = oracle(options as never, parameters);
    return (gradients) => ({ gradients: mapValues(right(gradients, {}).gradients, (value) => value * factor) });
  };
};

describe('compareWithOracle', () => {
  it('compares every step of every sequence', async () => {
    const agreement = await compareWithOracle(globalNorm, oracle, { backend });
    expect(agreement).toMatchObject({ compared: 50 * 60, undecided: 0 });
    expect(agreement.worst).toBeGreaterThan(0);
    expect(agreement.worst).toBeLessThan(1e-6);
  });

  it('detects an error of 2e-6', async () => {
    await expect(compareWithOracle(globalNorm, off(1 + 2e-6), quick)).rejects.toThrow(
      /^global-norm\(\) breaks the agreement with its oracle on cpu: off by 0\.00000\d+, more than 0\.000001, at sequence/,
    );
  });

  it('detects a step that should have been skipped, and a NaN', async () => {
    const skips: Oracle = () => (gradients) => ({ gradients, skip: true });
    await expect(compareWithOracle(globalNorm, skips, quick)).rejects.toThrow('not skipped, unlike the oracle');
    await expect(compareWithOracle(globalNorm, off(NaN), quick)).rejects.toThrow('off by Infinity');
  });

  it('detects missing gradients', async () => {
    const drops: Oracle = () => () => ({ gradients: {} });
    await expect(compareWithOracle(globalNorm, drops, quick)).rejects.toThrow('gradients of embedding/embeddings');
  });

  it('ignores steps that float32 may decide differently, and rejects an oracle that never decides', async () => {
    const undecided: Oracle = () => (gradients) => ({ gradients, margin: 1e-7 });
    await expect(compareWithOracle(globalNorm, undecided, quick)).rejects.toThrow(
      '240 steps were undecided and only 0 compared',
    );
  });

  it('generates the same sequences each time', async () => {
    const run = () => compareWithOracle(globalNorm, oracle, quick);
    expect(await run()).toEqual(await run());
  });
});
