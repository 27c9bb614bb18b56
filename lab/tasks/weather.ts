/**
 * The next day's temperature from the days before it.
 *
 * Scored against persistence, the forecast that tomorrow will be like today, which is what a weather forecast has
 * to beat first (Murphy, 1992, "Climatology, Persistence, and Their Linear Combination as Standards of Reference in
 * Skill Scores").
 *
 * @module
 */

import { defineTask } from './_task.ts';
import { forecastProblem } from './_forecast.ts';
import { SERIES_FILE, seriesOf } from './_series.ts';

const PREFERRED = ['temp_max', 'tmax', 'temperature_max', 'temperature', 'temp', 'tavg', 'temp_mean'];

/** The weather task: [batch, window, 1] days in, [batch, 1] the change to the next day out. */
export const weather = defineTask({
  id: 'weather',
  title: "The next day's temperature",
  about: "From the highest temperatures of the last days, forecast tomorrow's.",
  dataset: {
    id: 'seattle-weather',
    title: 'Seattle, daily highest temperature 2012 to 2015 (NOAA)',
    licence: 'public domain (United States government); package BSD-3-Clause',
    url: 'https://www.npmjs.com/package/vega-datasets',
  },
  dataFile: SERIES_FILE,
  dataKind: 'series',
  settings: { units: 16, window: 21, batch: 32 },
  metric: { name: 'root mean squared error (°C)', better: 'lower' },
  loss: { name: "mean squared error, persistence's = 1", perTrained: 1 },
  knownGood: {
    cell: 'gru',
    optimizer: 'adam',
    learningRate: 0.005,
    strategy: { id: 'global-norm', options: { maxNorm: 1 } },
    steps: 300,
    seed: 1,
    target: 2.95,
  },

  prepare(data, settings) {
    const days = seriesOf(data, PREFERRED).map(({ value }) => value);
    const seen = days.slice(0, -1);
    const next = seen.map((today, index) => days[index + 1]! - today);
    return forecastProblem({ seen, next }, settings);
  },
});
