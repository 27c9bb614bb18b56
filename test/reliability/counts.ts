// How often each thing is tried: in full by `npm run test:slow`, and in passing by `npm test`.

/** As often as it takes to trust it. */
export const FULL = {
  steps: 10_000,
  calls: 5000,
  sets: 1000,
  resumed: { steps: 50, every: 1 },
  kills: 200,
  records: 5000,
  datasets: 500,
  checkpoints: 300,
  faults: 500,
  together: 400,
} as const;

/** As often as a test run has time for. */
export const QUICK = {
  steps: 100,
  calls: 250,
  sets: 84,
  resumed: { steps: 8, every: 4 },
  kills: 4,
  records: 150,
  datasets: 20,
  checkpoints: 27,
  faults: 34,
  together: 10,
} as const;
