import type { ClippingStrategy } from '../core/contract.ts';
import { SMALLEST_NORMAL } from '../kernels/index.ts';
import { randomParameters, randomSequence } from './gradients.ts';
import { maxAbs, type NamedNumbers } from './numbers.ts';
import { seededRandom } from './random.ts';
import { startSession, type Outcome } from './session.ts';

/**
 * A strategy written a second time, in float64 on plain numbers, from the paper and as simply as it can be.
 *
 * Given the options with their defaults filled in and the parameters before training, it answers a function that
 * clips one step and remembers what it must.
 *
 * @category Testing
 */
export type Oracle<Options = Readonly<Record<string, unknown>>> = (
  options: Options,
  parameters: NamedNumbers,
) => (gradients: NamedNumbers, parameters: NamedNumbers) => OracleResult;

/**
 * What an oracle makes of one step.
 *
 * @category Testing
 */
export interface OracleResult {
  /** The gradients to apply. */
  readonly gradients: NamedNumbers;
  /** Whether the step must not be taken at all; false where absent. */
  readonly skip?: boolean;
  /**
   * How far the nearest yes-or-no decision of this step was from going the other way, relative to what was compared.
   * Only for strategies that jump there: a factor min(1, c / ‖g‖) does not, and needs none. Where float32 may have
   * decided otherwise, the rest of the sequence is not compared, and counts as undecided.
   */
  readonly margin?: number;
}

/**
 * How a strategy compares with its oracle.
 *
 * @category Testing
 */
export interface Agreement {
  /** The largest relative error of all steps compared, per tensor: largest |difference| by largest |expected|. */
  readonly worst: number;
  /** Steps compared. */
  readonly compared: number;
  /** Steps left out because a decision was within the rounding of float32. */
  readonly undecided: number;
  /** Where the worst error was, or the first answer that differs in kind (names, a skip, a NaN). */
  readonly where: string;
}

/**
 * How much a strategy is compared, and against what an error is measured.
 *
 * @category Testing
 */
export interface AgreementOptions {
  /** Sequences; defaults to 50. */
  readonly sequences?: number;
  /** Steps of each; defaults to 60. */
  readonly steps?: number;
  /**
   * What an error is measured against: the tensor that is `expected`, or the one that was `given` where the result
   * is a difference of nearly equal numbers, whose rounding is that of the numbers. Defaults to `expected`.
   */
  readonly relativeTo?: 'expected' | 'given';
}

// A comparison whose sides are closer than this may fall otherwise in float32, after sixty steps of rounding.
const UNDECIDED = 2e-5;

/** Runs strategy and oracle side by side over seeded sequences, on the backend in use. */
export function measureAgreement(
  strategy: ClippingStrategy,
  oracle: Oracle<never>,
  { sequences = 50, steps = 60, relativeTo = 'expected' }: AgreementOptions = {},
): Agreement {
  let [worst, compared, undecided, where] = [0, 0, 0, 'nowhere'];
  for (let seed = 0; seed < sequences; seed += 1) {
    const parameters = randomParameters(seededRandom(1000 + seed));
    const ask = oracle(strategy.options as never, parameters);
    const session = startSession(strategy, parameters);
    try {
      for (const [step, gradients] of randomSequence({
        seed,
        steps,
        scale: scaleOfSequence(seed, sequences),
      }).entries()) {
        const present = Object.fromEntries(Object.entries(parameters).filter(([name]) => name in gradients));
        const expected = ask(gradients, present);
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

// Half of the sequences go from 1e-20 to 1e20, half stay where thresholds usually are.
function scaleOfSequence(seed: number, sequences: number): number {
  const place = seed / Math.max(1, sequences - 1);
  return 10 ** (seed % 2 === 0 ? 40 * place - 20 : 4 * place - 2);
}

function errorOfStep(expected: OracleResult, { gradients, skipped }: Outcome, against: NamedNumbers) {
  if ((expected.skip ?? false) !== skipped) {
    return {
      error: Infinity,
      where: skipped ? 'skipped, which the oracle does not' : 'not skipped, as the oracle does',
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
    values.forEach((value, place) => {
      const difference = Math.abs((received[place] ?? NaN) - value) / unit;
      if (difference <= worst.error) return;
      const error = Number.isNaN(difference) ? Infinity : difference;
      worst = { error, where: `\`${name}\` element ${place}: ${String(received[place])} instead of ${value}` };
    });
  }
  return worst;
}
