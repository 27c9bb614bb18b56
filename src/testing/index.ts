/**
 * The conformance suite: tests that every strategy must pass, for authors to run on their own strategies.
 *
 * @module gradclip/testing
 * @category Reference
 */

export { DEVICE } from './backends.ts';
export { describeStrategy, type Describe, type DescribeOptions, type It, type LawResult } from './describe.ts';
export {
  compareWithOracle,
  lawsOf,
  type FactoryUnderTest,
  type LawCheck,
  type OracleOptions,
  type LawOptions,
} from './checks.ts';
export type { LawName } from './laws/index.ts';
export type { NamedNumbers, Numbers } from './numbers.ts';
export type { Agreement, AgreementOptions, Oracle, OracleResult } from './oracle.ts';
