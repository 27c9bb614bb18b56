// Mutation testing of one folder of folders.json, which `npm run test:mutation` names in MUTATED_FOLDER. A folder answers
// to the tests that mirror it, not to all that happen to run it.
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import folders from './folders.json' with { type: 'json' };

const name = process.env['MUTATED_FOLDER'] ?? 'core';
const { mutate } = folders[name];

export default {
  plugins: ['@stryker-mutator/vitest-runner', fileURLToPath(new URL('documentation.mjs', import.meta.url))],
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts' },
  mutate,
  ignorers: ['documentation'],
  // A test is run only for the mutants that it reaches.
  coverageAnalysis: 'perTest',
  // The declarations of options run once, at import, and are half of what a strategy is: their mutants must die too.
  ignoreStatic: false,
  // Whatever a mutant breaks, the first test that fails is enough.
  disableBail: false,
  incremental: true,
  incrementalFile: `coverage/mutation/${name}.incremental.json`,
  reporters: ['clear-text', 'json', 'progress-append-only'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: true },
  jsonReporter: { fileName: `coverage/mutation/${name}.json` },
  concurrency: Number(process.env['MUTATION_CONCURRENCY'] ?? cpus().length),
  // A busy machine must not pass for an endless loop.
  timeoutMS: 60_000,
  timeoutFactor: 4,
  tempDirName: 'coverage/mutation/sandboxes',
  ignorePatterns: ['dist', 'coverage', 'site', 'lab', 'playground', 'bench', 'examples', 'docs/images'],
  allowConsoleColors: false,
};
