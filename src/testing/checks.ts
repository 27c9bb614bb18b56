import type { ClippingStrategy } from '../core/contract.ts';
import type { AnyStrategyFactory, Facts, Laws } from '../core/define.ts';
import { ClippingError } from '../core/errors.ts';
import { onBackend } from './backends.ts';
import { formatCall, type Law, type Subject } from './law.ts';
import { laws, type LawName } from './laws/index.ts';
import { measureAgreement, type Agreement, type AgreementOptions, type Oracle } from './oracle.ts';

/**
 * A strategy factory, as `defineStrategy` returns it.
 *
 * @category Testing
 */
export interface FactoryUnderTest<Options> extends Facts {
  /** Creates a strategy. */
  (options?: Options): ClippingStrategy;
}

/**
 * The conditions under which a strategy is tested.
 *
 * @category Testing
 */
export interface LawOptions<Options> {
  /** The options of the strategy; options left out take their defaults. */
  readonly options?: Options;
  /** Declared properties that differ from the declaration of the factory under these options. */
  readonly laws?: Partial<Laws>;
  /** Laws that do not apply, each with the reason. */
  readonly exempt?: Partial<Record<LawName, string>>;
  /** The backend to test on; defaults to the backend in use. See {@link DEVICE}. */
  readonly backend?: string;
}

/**
 * The check of one law for one strategy.
 *
 * @category Testing
 */
export interface LawCheck {
  /** The name of the law. */
  readonly name: LawName;
  /** The law as a phrase whose subject is the strategy. */
  readonly title: string;
  /** Why the strategy is exempt; absent if it is not. */
  readonly exempt?: string;
  /** Rejects with a ClippingError `broken-law` that explains how the strategy breaks the law. */
  check(this: void): Promise<void>;
}

/**
 * Returns the checks of all laws for one strategy, for any test framework or none.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { globalNorm } from 'gradclip/strategies';
 * import { lawsOf } from 'gradclip/testing';
 *
 * for (const { title, exempt, check } of lawsOf(globalNorm, { options: { maxNorm: 2 } })) {
 *   if (exempt === undefined) await check();
 *   console.log(title, exempt ?? 'holds');
 * }
 * ```
 *
 * @category Testing
 */
export function lawsOf<Options>(
  factory: FactoryUnderTest<Options>,
  options: LawOptions<NoInfer<Options>> = {},
): readonly LawCheck[] {
  const subject = toSubject(factory, options);
  return (laws as readonly Law<LawName>[]).map((law) => {
    const exempt = options.exempt?.[law.name] ?? law.exemption?.(subject);
    const { name, title } = law;
    const check = (): Promise<void> =>
      runCheck(subject, `the law "${title}"`, options.backend, () => law.check(subject));
    return { name, title, ...(exempt === undefined ? {} : { exempt }), check };
  });
}

/**
 * Options of {@link compareWithOracle}.
 *
 * @category Testing
 */
export interface OracleOptions<Options> extends LawOptions<Options>, AgreementOptions {
  /**
   * The largest allowed relative error; defaults to 1e-6. A step of a stateless strategy rounds a norm, a factor and a
   * product to the 24 bits of float32, 6e-8 each. A strategy whose state adds errors over sixty steps may need more.
   */
  readonly tolerance?: number;
}

/**
 * Compares a strategy with its oracle over seeded sequences of steps.
 *
 * By default there are 50 sequences of 60 steps with spikes, zeros and absent gradients, at scales from 1e-20 to 1e20.
 *
 * @throws ClippingError `broken-law` if they differ by more than the tolerance, or if more than a twentieth of the steps
 *   is too close to a decision to be compared.
 *
 * @category Testing
 */
export async function compareWithOracle<Options>(
  factory: FactoryUnderTest<Options>,
  oracle: Oracle<never>,
  options: OracleOptions<NoInfer<Options>> = {},
): Promise<Agreement> {
  const subject = toSubject(factory, options);
  const { tolerance = 1e-6 } = options;
  return runCheck(subject, 'the agreement with its oracle', options.backend, () => {
    const agreement = measureAgreement(subject.make(), oracle, options);
    const { worst, where, compared, undecided } = agreement;
    if (worst > tolerance) throw new Error(`off by ${worst.toPrecision(2)}, more than ${tolerance}, at ${where}`);
    if (undecided * 19 > compared) throw new Error(`${undecided} steps were undecided and only ${compared} compared`);
    return agreement;
  });
}

/** Combines a factory and its options into the subject of the laws. */
export function toSubject<Options>(
  factory: FactoryUnderTest<Options>,
  { options, laws: declared, backend }: LawOptions<Options>,
): Subject {
  const own = { ...(options as Readonly<Record<string, unknown>> | undefined) };
  return {
    factory: factory as unknown as AnyStrategyFactory,
    make: (given = own) => factory(given as Options),
    options: own,
    laws: { ...factory.laws, ...declared },
    ...(backend === undefined ? {} : { backend }),
  };
}

async function runCheck<Result>(
  subject: Subject,
  what: string,
  backend: string | undefined,
  check: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await onBackend(backend, check);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const where = backend === undefined ? '' : ` on ${backend}`;
    throw new ClippingError('broken-law', `${formatCall(subject)} breaks ${what}${where}: ${reason}`, { cause });
  }
}
