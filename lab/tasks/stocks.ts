/**
 * Forecasts the next day's return of a stock index.
 *
 * The baseline is the naive forecast that the price does not change: the random walk, which is hard to beat
 * (Fama, 1970, "Efficient Capital Markets"). Expect a result close to it.
 *
 * @module
 */

import { LabError } from '../errors.ts';
import { defineTask } from './_task.ts';
import { createForecastProblem } from './_forecast.ts';
import { SERIES_FILE, parseSeries } from './_series.ts';

const PREFERRED_COLUMNS = ['adjclose', 'adj close', 'adj_close', 'adjusted_close', 'close', 'price'];

/** The stocks task. Input: daily log returns [batch, window, 1]; output: the next return [batch, 1]. */
export const stocks = defineTask({
  id: 'stocks',
  title: "The next day's return of an index",
  about: "Forecast the next day's return from the returns of the previous days.",
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
  loss: { name: 'mean squared error relative to the naive forecast (1.0)', perTrained: 1 },
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
    const prices = parseSeries(data, PREFERRED_COLUMNS).map(({ line, value }) => {
      if (value <= 0) throw new LabError(`Line ${line}: the price is ${value}. Prices must be greater than 0.`);
      return value;
    });
    const returns = prices.slice(1).map((price, index) => 100 * Math.log(price / prices[index]!));
    return createForecastProblem({ inputs: returns.slice(0, -1), targets: returns.slice(1) }, settings);
  },
});
