// Random calls of the recurrent module, for Node and for browsers.
import { seededUniform } from '../../../src/core/random.ts';
import { decodeBytes } from '../../../src/kernels/module.ts';
import { findActivation } from '../../../src/recurrent/activations.ts';
import type { HostCell } from '../../../src/recurrent/fused/host/cell.ts';
import { hostGRU } from '../../../src/recurrent/fused/host/gru.ts';
import { hostLSTM } from '../../../src/recurrent/fused/host/lstm.ts';
import { hostSimpleRNN } from '../../../src/recurrent/fused/host/simple-rnn.ts';
import { HEAD, RELAXED_BODY } from '../../../src/recurrent/fused/wasm/layer-bytes.ts';
import type { CallOptions } from '../../../src/recurrent/fused/wasm/self-test.ts';

export const CELLS: [string, HostCell][] = [
  ['SimpleRNN', hostSimpleRNN],
  ['GRU', hostGRU],
  ['LSTM', hostLSTM],
];

export const hasRelaxedSimd = WebAssembly.validate(decodeBytes(HEAD + RELAXED_BODY));

/** The builds of the module that this engine runs: whether they use relaxed SIMD. */
export const BUILDS = hasRelaxedSimd ? [false, true] : [false];

/** Draws sizes and options of calls. */
export function randomCalls(cell: HostCell, count: number): CallOptions[] {
  const next = seededUniform(cell.gates);
  const upTo = (most: number): number => 1 + Math.floor(most * next() ** 3);
  const coin = (): boolean => next() < 0.5;
  return Array.from({ length: count }, (_, trial): CallOptions => {
    const name = ['tanh', 'relu', 'linear', 'sigmoid'][trial % 4]!;
    const limit = 10 ** (2 * next() - 2);
    const threshold = coin() ? { maxAbs: limit, maxNorm: null } : { maxAbs: null, maxNorm: limit };
    return {
      batch: upTo(65),
      // The sums of an unbounded activation, and their rounding errors, can grow without bounds over many steps.
      time: upTo(name === 'tanh' ? 60 : 4),
      features: upTo(40),
      units: upTo(100),
      goBackwards: coin(),
      returnSequences: coin(),
      returnCarry: cell.states === 2 && coin(),
      phi: findActivation(name)!,
      sigma: findActivation(coin() ? 'sigmoid' : 'hardSigmoid')!,
      ...(coin() ? { mask: null } : {}),
      clipping: coin() ? { ...threshold, at: coin() ? 'state' : 'preactivation' } : null,
    };
  });
}
