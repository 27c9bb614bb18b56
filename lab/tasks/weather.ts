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
import { parseSettings } from './_settings.ts';
import { SERIES_CHOICES, SERIES_FILE, SERIES_SETTINGS, parseSeries } from './_series.ts';

/** The column of the task's own data, in °C. */
const OWN_COLUMN = 'temp_max';

const PREFERRED_COLUMNS = [OWN_COLUMN, 'tmax', 'temperature_max', 'temperature', 'temp', 'tavg', 'temp_mean'];

/** More than one step apart, days are no neighbours. Half a step more allows for months of 31 days. */
const LONGEST_STEP = 1.5;

const DEFAULTS = { units: 16, window: 21, batch: 32, scored: 5000, ...SERIES_SETTINGS };

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
  settings: DEFAULTS,
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
    const { units, window, batch, scored, ...options } = parseSettings(settings, DEFAULTS, { choices: SERIES_CHOICES });
    const source = parseSeries(data, { ...options, preferred: PREFERRED_COLUMNS, longestStep: LONGEST_STEP });
    const { column, readings } = source;
    const inputs = readings.slice(0, -1).map(({ value }) => value);
    const targets = inputs.map((today, index) => readings[index + 1]!.value - today);
    const crossesGap = inputs.map((_, index) => readings[index + 1]!.followsGap);
    return {
      ...createForecastProblem({ inputs, targets, crossesGap, source }, { units, window, batch, scored }),
      ...(column !== OWN_COLUMN && { metricName: `root mean squared error of ${column}` }),
    };
  },
});
