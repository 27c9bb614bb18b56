/**
 * Forecasts the next day's temperature.
 *
 * The baseline is persistence, the forecast that tomorrow will be like today, which every weather forecast must beat
 * first (Murphy, 1992, "Climatology, Persistence, and Their Linear Combination as Standards of Reference in
 * Skill Scores").
 *
 * @module
 */

import { defineTask } from './_task.ts';
import { createForecastProblem } from './_forecast.ts';
import { SERIES_FILE, parseSeries } from './_series.ts';

const PREFERRED_COLUMNS = ['temp_max', 'tmax', 'temperature_max', 'temperature', 'temp', 'tavg', 'temp_mean'];

/** The weather task. Input: daily temperatures [batch, window, 1]; output: the change to the next day [batch, 1]. */
export const weather = defineTask({
  id: 'weather',
  title: "The next day's temperature",
  about: "Forecast tomorrow's maximum temperature from the maxima of the previous days.",
  dataset: {
    id: 'seattle-weather',
    title: 'Seattle, daily maximum temperature 2012 to 2015 (NOAA)',
    licence: 'public domain (United States government); package BSD-3-Clause',
    url: 'https://www.npmjs.com/package/vega-datasets',
  },
  dataFile: SERIES_FILE,
  dataKind: 'series',
  settings: { units: 16, window: 21, batch: 32 },
  metric: { name: 'root mean squared error (°C)', better: 'lower' },
  loss: { name: 'mean squared error relative to persistence (1.0)', perTrained: 1 },
  knownGood: {
    cell: 'gru',
    optimizer: 'adam',
    learningRate: 0.005,
    strategy: { id: 'global-norm', options: { maxNorm: 1 } },
    steps: 300,
    seed: 1,
    target: 2.9,
  },

  prepare(data, settings) {
    const days = parseSeries(data, PREFERRED_COLUMNS).map(({ value }) => value);
    const inputs = days.slice(0, -1);
    const targets = inputs.map((today, index) => days[index + 1]! - today);
    return createForecastProblem({ inputs, targets }, settings);
  },
});
