// Mutation testing of one file, which run.mjs names in the environment.
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const { MUTATED_FILE = '', MUTATION_REPORT = 'coverage/mutation/report.json', MUTATION_CONCURRENCY } = process.env;

export default {
  plugins: ['@stryker-mutator/vitest-runner', fileURLToPath(new URL('documentation.mjs', import.meta.url))],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  mutate: [MUTATED_FILE],
  ignorers: ['documentation'],
  // A test is run only for the mutants that it reaches.
  coverageAnalysis: 'perTest',
  // The declarations of options run once, at import, and are half of what a strategy is: their mutants must die too.
  ignoreStatic: false,
  // Whatever a mutant breaks, the first test that fails is enough.
  disableBail: false,
  // What a test imports may have changed, the laws and the oracles, and incremental runs look only at the test itself.
  incremental: false,
  reporters: ['json'],
  jsonReporter: { fileName: MUTATION_REPORT },
  logLevel: 'warn',
  warnings: { slow: false },
  concurrency: Number(MUTATION_CONCURRENCY ?? cpus().length),
  // A busy machine must not pass for an endless loop.
  timeoutMS: 60_000,
  timeoutFactor: 4,
  tempDirName: 'coverage/mutation/sandboxes',
  ignorePatterns: ['dist', 'coverage', 'site', 'lab', 'playground', 'bench', 'examples', 'docs'],
};
