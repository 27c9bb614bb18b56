import { ClippingError } from '../core/errors.ts';
import { compareWithOracle, lawsOf, toSubject, type FactoryUnderTest, type OracleOptions } from './checks.ts';
import { formatCall } from './law.ts';
import type { LawName } from './laws/index.ts';
import type { Oracle } from './oracle.ts';

/**
 * The part of `describe` that is used; that of vitest, jest, mocha, jasmine, node:test and bun fits.
 *
 * @category Testing
 */
export type Describe = (title: string, body: () => void) => unknown;

/**
 * The part of `it` that is used.
 *
 * @category Testing
 */
export type It = ((title: string, body: () => Promise<void>) => unknown) & {
  /** Lists a test that is not run; exempt laws are left out where it is missing. */
  readonly skip?: (title: string, body: () => Promise<void>) => unknown;
};

/**
 * What came of one law, or of the oracle.
 *
 * @category Testing
 */
export interface LawResult {
  /** The law, or `oracle`. */
  readonly law: LawName | 'oracle';
  /** The law as the end of a sentence that begins with the strategy. */
  readonly title: string;
  /** The backend it was judged on; absent where the one in use was taken. */
  readonly backend?: string;
  /** Why it does not bind; absent where it does. */
  readonly exempt?: string;
  /** Whether it holds; absent where it does not bind. */
  readonly holds?: boolean;
  /** The worst relative error, for the oracle. */
  readonly worst?: number;
}

/**
 * How {@link describeStrategy} writes its tests.
 *
 * @category Testing
 */
export interface DescribeOptions<Options> extends Omit<OracleOptions<Options>, 'backend'> {
  /** The framework's; defaults to the global of that name. */
  readonly describe?: Describe;
  /** The framework's; defaults to the global of that name. */
  readonly it?: It;
  /** The strategy in float64, to compare with. */
  readonly oracle?: Oracle<never>;
  /** The backends to judge it on; defaults to the one in use. See {@link DEVICE}. */
  readonly backends?: readonly string[];
  /** Told what came of each. */
  readonly onResult?: (verdict: LawResult) => void;
}

/**
 * Writes the tests that prove a strategy: all laws, and the agreement with an oracle where there is one.
 *
 * @throws ClippingError `bad-spec` when neither `describe` and `it` are given nor globals of these names exist.
 *
 * @example
 * ```ts no-run
 * import '@tensorflow/tfjs';
 * import { globalNorm } from 'gradclip/strategies';
 * import { describeStrategy } from 'gradclip/testing';
 * import { describe, it } from 'vitest';
 *
 * describeStrategy(globalNorm, { describe, it });
 * ```
 *
 * @category Testing
 */
export function describeStrategy<Options>(
  factory: FactoryUnderTest<Options>,
  options: DescribeOptions<NoInfer<Options>> = {},
): void {
  const globals = globalThis as { describe?: Describe; it?: It };
  const { describe = globals.describe, it = globals.it, oracle, backends = [undefined], onResult } = options;
  if (describe === undefined || it === undefined) {
    throw new ClippingError(
      'bad-spec',
      '`describeStrategy(factory, { describe, it })` needs those of a test framework; there are no globals of these ' +
        'names. With vitest: `import { describe, it } from "vitest"`.',
    );
  }
  for (const backend of backends) {
    const place = backend === undefined ? {} : { backend };
    const trial = { ...options, ...place };
    describe(formatCall(toSubject(factory, options)) + (backend === undefined ? '' : ` on ${backend}`), () => {
      for (const { name, title, exempt, check } of lawsOf(factory, trial)) {
        const report = (verdict: Partial<LawResult>): void => onResult?.({ law: name, title, ...place, ...verdict });
        if (exempt === undefined) it(title, () => runAndReport(check, report));
        else {
          it.skip?.(`${title} (exempt: ${exempt})`, check);
          report({ exempt });
        }
      }
      if (oracle === undefined) return;
      it('agrees with its oracle', () =>
        runAndReport(
          () => compareWithOracle(factory, oracle, trial),
          (verdict) => onResult?.({ law: 'oracle', title: 'agrees with its oracle', ...place, ...verdict }),
        ));
    });
  }
}

async function runAndReport(
  check: () => Promise<{ worst: number } | void>,
  report: (verdict: Partial<LawResult>) => void,
): Promise<void> {
  try {
    const found = await check();
    report({ holds: true, ...(found === undefined ? {} : { worst: found.worst }) });
  } catch (error) {
    report({ holds: false });
    throw error;
  }
}
