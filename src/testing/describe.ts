import { engine } from '@tensorflow/tfjs-core';
import { ClippingError } from '../core/errors.ts';
import { compareWithOracle, lawsOf, toSubject, type FactoryUnderTest, type OracleOptions } from './checks.ts';
import { formatCall } from './law.ts';
import type { LawName } from './laws/index.ts';
import type { Oracle } from './oracle.ts';

/**
 * The part of `describe` that is used. Vitest, Jest, Mocha, Jasmine, node:test and Bun all provide it.
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
  /** Lists a test without running it. Without this function, exempt laws are not listed. */
  readonly skip?: (title: string, body: () => Promise<void>) => unknown;
};

/**
 * The result of one law, or of the comparison with the oracle.
 *
 * @category Testing
 */
export interface LawResult {
  /** The law, or `oracle`. */
  readonly law: LawName | 'oracle';
  /** The law as a phrase whose subject is the strategy. */
  readonly title: string;
  /** The backend under test; absent for the backend in use. */
  readonly backend?: string;
  /** Why the strategy is exempt; absent if it is not. */
  readonly exempt?: string;
  /** Whether the law holds; absent if the strategy is exempt. */
  readonly holds?: boolean;
  /** The largest relative error, for the oracle. */
  readonly worst?: number;
}

/**
 * Options of {@link describeStrategy}.
 *
 * @category Testing
 */
export interface DescribeOptions<Options> extends Omit<OracleOptions<Options>, 'backend'> {
  /** The function of the test framework; defaults to the global with this name. */
  readonly describe?: Describe;
  /** The function of the test framework; defaults to the global with this name. */
  readonly it?: It;
  /** The strategy in float64, for comparison. */
  readonly oracle?: Oracle<never>;
  /** The backends to test on; defaults to the backend in use. See {@link DEVICE}. */
  readonly backends?: readonly string[];
  /** Called with the result of each law. */
  readonly onResult?: (verdict: LawResult) => void;
}

/**
 * Defines the tests of a strategy: all laws, and agreement with its oracle if you pass one.
 *
 * @throws ClippingError `bad-spec` if `describe` or `it` is neither passed nor a global, `no-backend` if no backend of tfjs
 *   is registered.
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
      '`describeStrategy(factory, { describe, it })` needs the functions of a test framework; received none, and no ' +
        'globals have these names. With Vitest: `import { describe, it } from "vitest"`.',
    );
  }
  if (options.backends === undefined && engine().backendNames().length === 0) {
    throw new ClippingError(
      'no-backend',
      '`describeStrategy(factory)` needs a backend of tfjs, but none is registered. ' +
        "`import '@tensorflow/tfjs'` first, with the same copy of tfjs-core.",
    );
  }
  for (const backend of backends) {
    const onBackend = backend === undefined ? {} : { backend };
    const lawOptions = { ...options, ...onBackend };
    describe(formatCall(toSubject(factory, options)) + (backend === undefined ? '' : ` on ${backend}`), () => {
      for (const { name, title, exempt, check } of lawsOf(factory, lawOptions)) {
        const report = (result: Partial<LawResult>): void => onResult?.({ law: name, title, ...onBackend, ...result });
        if (exempt === undefined) it(title, () => runAndReport(check, report));
        else {
          it.skip?.(`${title} (exempt: ${exempt})`, check);
          report({ exempt });
        }
      }
      if (oracle === undefined) return;
      it('agrees with its oracle', () =>
        runAndReport(
          () => compareWithOracle(factory, oracle, lawOptions),
          (result) => onResult?.({ law: 'oracle', title: 'agrees with its oracle', ...onBackend, ...result }),
        ));
    });
  }
}

async function runAndReport(
  check: () => Promise<{ worst: number } | void>,
  report: (result: Partial<LawResult>) => void,
): Promise<void> {
  try {
    const agreement = await check();
    report({ holds: true, ...(agreement === undefined ? {} : { worst: agreement.worst }) });
  } catch (error) {
    report({ holds: false });
    throw error;
  }
}
