import type { ClippingStrategy } from '../core/contract.ts';
import { SMALLEST_NORMAL } from '../kernels/index.ts';
import { randomParameters, randomSequence } from './gradients.ts';
import { maxAbs, type NamedNumbers } from './numbers.ts';
import { seededRandom } from './random.ts';
import { startSession, type Outcome } from './session.ts';

/**
 * A second implementation of a strategy, in float64 on plain numbers, written from the paper as simply as possible.
 *
 * It receives the options with defaults filled in and the parameters before training. It returns a function that clips
 * one step and keeps its state between calls.
 *
 * @category Testing
 */
export type Oracle<Options = Readonly<Record<string, unknown>>> = (
  options: Options,
  parameters: NamedNumbers,
) => (gradients: NamedNumbers, parameters: NamedNumbers) => OracleResult;

/**
 * The result of one step of an oracle.
 *
 * @category Testing
 */
export interface OracleResult {
  /** The gradients to apply. */
  readonly gradients: NamedNumbers;
  /** Whether to skip the step; defaults to false. */
  readonly skip?: boolean;
  /**
   * How far the closest comparison of this step is from the opposite outcome, as a relative distance. Only strategies
   * with a discontinuous decision need it; a factor min(1, c / ‖g‖) is continuous. If float32 may have decided
   * differently, the rest of the sequence counts as undecided and is not compared.
   */
  readonly margin?: number;
}

/**
 * The result of comparing a strategy with its oracle.
 *
 * @category Testing
 */
export interface Agreement {
  /** The largest relative error of all compared steps: per tensor, largest |difference| / largest |expected|. */
  readonly worst: number;
  /** The number of compared steps. */
  readonly compared: number;
  /** The number of steps not compared because a decision was within float32 rounding. */
  readonly undecided: number;
  /** Where the largest error occurred, or the first result that differs in names, in a skip or in a NaN. */
  readonly where: string;
}

/**
 * How many steps to compare, and how to measure an error.
 *
 * @category Testing
 */
export interface AgreementOptions {
  /** The number of sequences; defaults to 50. */
  readonly sequences?: number;
  /** The number of steps in each sequence; defaults to 60. */
  readonly steps?: number;
  /**
   * The tensor that errors are relative to. Defaults to the `expected` result. Use the `given` gradient if the result is
   * a difference of nearly equal numbers, because its rounding error is relative to those numbers.
   */
  readonly relativeTo?: 'expected' | 'given';
}

// After sixty steps of rounding, float32 may decide a closer comparison differently.
const UNDECIDED = 2e-5;

/** Runs the strategy and its oracle on the same seeded sequences, on the backend in use. */
export function measureAgreement(
  strategy: ClippingStrategy,
  oracle: Oracle<never>,
  { sequences = 50, steps = 60, relativeTo = 'expected' }: AgreementOptions = {},
): Agreement {
  let [worst, compared, undecided, where] = [0, 0, 0, 'nowhere'];
  for (let seed = 0; seed < sequences; seed += 1) {
    const parameters = randomParameters(seededRandom(1000 + seed));
    const oracleStep = oracle(strategy.options as never, parameters);
    const session = startSession(strategy, parameters);
    try {
      for (const [step, gradients] of randomSequence({
        seed,
        steps,
        scale: scaleOfSequence(seed, sequences),
      }).entries()) {
        const present = Object.fromEntries(Object.entries(parameters).filter(([name]) => name in gradients));
        const expected = oracleStep(gradients, present);
        const outcome = session.step(gradients);
        if ((expected.margin ?? Infinity) < UNDECIDED) {
          undecided += steps - step;
          break;
        }
        compared += 1;
        const found = errorOfStep(expected, outcome, relativeTo === 'given' ? gradients : expected.gradients);
        if (found.error > worst) {
          worst = found.error;
          where = `sequence ${seed}, step ${step}, ${found.where}`;
        }
      }
    } finally {
      session.dispose();
    }
  }
  return { worst, compared, undecided, where };
}

// Half of the sequences span 1e-20 to 1e20; the other half stay near the usual thresholds.
function scaleOfSequence(seed: number, sequences: number): number {
  const fraction = seed / Math.max(1, sequences - 1);
  return 10 ** (seed % 2 === 0 ? 40 * fraction - 20 : 4 * fraction - 2);
}

function errorOfStep(expected: OracleResult, { gradients, skipped }: Outcome, against: NamedNumbers) {
  if ((expected.skip ?? false) !== skipped) {
    return {
      error: Infinity,
      where: skipped ? 'skipped, unlike the oracle' : 'not skipped, unlike the oracle',
    };
  }
  let worst = { error: 0, where: '' };
  if (skipped) return worst;
  if (Object.keys(expected.gradients).join() !== Object.keys(gradients).join()) {
    return { error: Infinity, where: `gradients of ${Object.keys(gradients).join(', ')}` };
  }
  for (const [name, { values }] of Object.entries(expected.gradients)) {
    const received = gradients[name]?.values ?? [];
    // Denormal numbers all have the same spacing, so below the smallest normal one errors stop being relative.
    const unit = Math.max(maxAbs(against[name]?.values ?? []), SMALLEST_NORMAL);
    values.forEach((value, index) => {
      const difference = Math.abs((received[index] ?? NaN) - value) / unit;
      if (difference <= worst.error) return;
      const error = Number.isNaN(difference) ? Infinity : difference;
      worst = { error, where: `\`${name}\` element ${index}: ${String(received[index])} instead of ${value}` };
    });
  }
  return worst;
}
