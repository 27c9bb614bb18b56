/**
 * The next day's return of a stock index from the returns before it.
 *
 * Scored against the naive forecast, that the price stays as it is: the random walk, which is hard to beat
 * (Fama, 1970, "Efficient Capital Markets"). An honest result lies close to it.
 *
 * @module
 */

import { LabError } from '../errors.ts';
import { defineTask } from './_task.ts';
import { forecastProblem } from './_forecast.ts';
import { SERIES_FILE, seriesOf } from './_series.ts';

const PREFERRED = ['adjclose', 'adj close', 'adj_close', 'adjusted_close', 'close', 'price'];

/** The stocks task: [batch, window, 1] daily log returns in, [batch, 1] the next one out. */
export const stocks = defineTask({
  id: 'stocks',
  title: "The next day's return of an index",
  about: 'From the returns of the last days, forecast the return of the next.',
  dataset: {
    id: 'sp500-2000',
    title: 'S&P 500, daily close 2000 to 2020 (Yahoo Finance)',
    licence: 'facts; package BSD-3-Clause',
    url: 'https://www.npmjs.com/package/vega-datasets',
  },
  dataFile: SERIES_FILE,
  dataKind: 'series',
  settings: { units: 16, window: 20, batch: 64 },
  metric: { name: 'root mean squared error of the log return (%)', better: 'lower' },
  loss: { name: "mean squared error, the naive forecast's = 1", perTrained: 1 },
  knownGood: {
    cell: 'gru',
    optimizer: 'adam',
    learningRate: 0.003,
    strategy: { id: 'global-norm', options: { maxNorm: 1 } },
    steps: 300,
    seed: 1,
    target: 1.21,
  },

  prepare(data, settings) {
    const prices = seriesOf(data, PREFERRED).map(({ line, value }) => {
      if (value <= 0) throw new LabError(`Line ${line}: the price is ${value}; a return needs prices above 0.`);
      return value;
    });
    const returns = prices.slice(1).map((price, index) => 100 * Math.log(price / prices[index]!));
    return forecastProblem({ seen: returns.slice(0, -1), next: returns.slice(1) }, settings);
  },
});
