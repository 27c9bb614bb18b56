// Mutates the files that run.mjs names in the environment.
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const { MUTATED_FILES = '', MUTATION_REPORT = 'coverage/mutation/report.json', MUTATION_CONCURRENCY } = process.env;

export default {
  plugins: ['@stryker-mutator/vitest-runner', fileURLToPath(new URL('documentation.mjs', import.meta.url))],
  testRunner: 'vitest',
  vitest: { configFile: 'test/support/mutation/vitest.config.ts', related: false },
  mutate: MUTATED_FILES.split(','),
  ignorers: ['documentation'],
  // A test runs only for the mutants that it reaches.
  coverageAnalysis: 'perTest',
  // Option declarations run once at import, and their mutants must be killed too.
  ignoreStatic: false,
  // The first failing test kills a mutant.
  disableBail: false,
  // Incremental runs miss changes of the modules that a test imports.
  incremental: false,
  reporters: ['json', 'progress-append-only'],
  jsonReporter: { fileName: MUTATION_REPORT },
  logLevel: 'warn',
  warnings: { slow: false },
  concurrency: Number(MUTATION_CONCURRENCY ?? cpus().length),
  // A busy machine must not look like an endless loop.
  dryRunTimeoutMinutes: 30,
  timeoutMS: 30_000,
  timeoutFactor: 3,
  tempDirName: 'coverage/mutation/sandboxes',
  ignorePatterns: ['dist', 'coverage', 'site', 'lab', 'playground', 'bench', 'examples', 'docs'],
};
