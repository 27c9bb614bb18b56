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
import { parseSettings } from './_settings.ts';
import { SERIES_CHOICES, SERIES_FILE, SERIES_SETTINGS, parseSeries } from './_series.ts';

const PREFERRED_COLUMNS = ['adjclose', 'adj close', 'adj_close', 'adjusted_close', 'close', 'price'];

/** In steps of a day: exchanges close for up to eleven days in a row, at the new year in China. */
const LONGEST_STEP = 12;

const DEFAULTS = { units: 16, window: 20, batch: 64, scored: 5000, ...SERIES_SETTINGS };

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
  settings: DEFAULTS,
  metric: { name: 'root mean squared error of the log return (%)', better: 'lower' },
  loss: { name: 'mean squared error relative to the naive forecast (1.0)', perTrained: 1 },
  knownGood: {
    cell: 'gru',
    optimizer: 'adam',
    learningRate: 0.003,
    strategy: { id: 'global-norm', options: { maxNorm: 1 } },
    steps: 300,
    seed: 1,
    target: 1.345,
  },

  prepare(data, settings) {
    const { units, window, batch, scored, ...options } = parseSettings(settings, DEFAULTS, { choices: SERIES_CHOICES });
    const source = parseSeries(data, { ...options, preferred: PREFERRED_COLUMNS, longestStep: LONGEST_STEP });
    const { readings } = source;
    for (const { line, value } of readings) {
      if (value > 0) continue;
      throw new LabError(
        `Line ${line}: the price is ${value}. Prices must be greater than 0. Correct it, or leave it empty and set missing=skip.`,
      );
    }
    const returns = readings.slice(1).map(({ value }, index) => 100 * Math.log(value / readings[index]!.value));
    const inputs = returns.slice(0, -1);
    const crossesGap = inputs.map((_, index) => readings[index + 1]!.followsGap || readings[index + 2]!.followsGap);
    return createForecastProblem(
      { inputs, targets: returns.slice(1), crossesGap, source },
      { units, window, batch, scored },
    );
  },
});
