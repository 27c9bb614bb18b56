export * from './core/index.ts';
export { chain } from './combinators/chain.ts';
export { observed, type Observation } from './combinators/observed.ts';
