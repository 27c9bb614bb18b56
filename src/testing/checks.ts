import type { ClippingStrategy } from '../core/contract.ts';
import type { AnyStrategyFactory, Facts, Laws } from '../core/define.ts';
import { ClippingError } from '../core/errors.ts';
import { onBackend } from './backends.ts';
import { formatCall, type Law, type Subject } from './law.ts';
import { laws, type LawName } from './laws/index.ts';
import { measureAgreement, type Agreement, type AgreementOptions, type Oracle } from './oracle.ts';

/**
 * A kind of strategy with its options: what `defineStrategy` answers.
 *
 * @category Testing
 */
export interface FactoryUnderTest<Options> extends Facts {
  /** Makes a strategy. */
  (options?: Options): ClippingStrategy;
}

/**
 * Under which conditions a strategy is judged.
 *
 * @category Testing
 */
export interface LawOptions<Options> {
  /** The options that it is judged with; defaults to none, so to its defaults. */
  readonly options?: Options;
  /** What it promises under these options, where that differs from its declaration. */
  readonly laws?: Partial<Laws>;
  /** Laws that cannot bind it, each with the reason. */
  readonly exempt?: Partial<Record<LawName, string>>;
  /** The backend to judge it on; defaults to the one in use. See {@link DEVICE}. */
  readonly backend?: string;
}

/**
 * One law, held to one strategy.
 *
 * @category Testing
 */
export interface LawCheck {
  /** A word for the law. */
  readonly name: LawName;
  /** The law as the end of a sentence that begins with the strategy. */
  readonly title: string;
  /** Why it does not bind this strategy; absent where it does. */
  readonly exempt?: string;
  /** Rejects with a ClippingError `broken-law` that says how the strategy breaks it. */
  check(this: void): Promise<void>;
}

/**
 * The laws that every strategy owes, held to one; for any test framework, or none.
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
  trial: LawOptions<NoInfer<Options>> = {},
): readonly LawCheck[] {
  const subject = toSubject(factory, trial);
  return (laws as readonly Law<LawName>[]).map((law) => {
    const exempt = trial.exempt?.[law.name] ?? law.exemption?.(subject);
    const { name, title } = law;
    const check = (): Promise<void> => runCheck(subject, `the law "${title}"`, trial.backend, () => law.check(subject));
    return { name, title, ...(exempt === undefined ? {} : { exempt }), check };
  });
}

/**
 * How a comparison with an oracle is made and when it fails.
 *
 * @category Testing
 */
export interface OracleOptions<Options> extends LawOptions<Options>, AgreementOptions {
  /**
   * The largest relative error allowed; defaults to 1e-6. One step of a strategy without memory rounds a norm, a
   * factor and a product to float32's 24 bits, 6e-8 each; what a memory adds over sixty steps is for its test to say.
   */
  readonly tolerance?: number;
}

/**
 * Compares a strategy with its oracle: at least 50 seeded sequences of 60 steps with spikes, zeros and absent
 * gradients, at scales from 1e-20 to 1e20.
 *
 * @throws ClippingError `broken-law` when they differ by more than the tolerance, or when more than a twentieth of
 *   the steps was too close to a decision to be compared.
 *
 * @category Testing
 */
export async function compareWithOracle<Options>(
  factory: FactoryUnderTest<Options>,
  oracle: Oracle<never>,
  trial: OracleOptions<NoInfer<Options>> = {},
): Promise<Agreement> {
  const subject = toSubject(factory, trial);
  const { tolerance = 1e-6 } = trial;
  return runCheck(subject, 'the agreement with its oracle', trial.backend, () => {
    const agreement = measureAgreement(subject.make(), oracle, trial);
    const { worst, where, compared, undecided } = agreement;
    if (worst > tolerance) throw new Error(`off by ${worst.toPrecision(2)}, more than ${tolerance}, at ${where}`);
    if (undecided * 19 > compared) throw new Error(`${undecided} steps were undecided and only ${compared} compared`);
    return agreement;
  });
}

/** What a trial is about. */
export function toSubject<Options>(
  factory: FactoryUnderTest<Options>,
  { options, laws: promised, backend }: LawOptions<Options>,
): Subject {
  const own = { ...(options as Readonly<Record<string, unknown>> | undefined) };
  return {
    factory: factory as unknown as AnyStrategyFactory,
    make: (given = own) => factory(given as Options),
    options: own,
    laws: { ...factory.laws, ...promised },
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
    const place = backend === undefined ? '' : ` on ${backend}`;
    throw new ClippingError('broken-law', `${formatCall(subject)} breaks ${what}${place}: ${reason}`, { cause });
  }
}
