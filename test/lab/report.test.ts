import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import type { Run } from '../../lab/run/record.ts';
import { drawingOf, type Chart } from '../../lab/report/charts/chart.ts';
import { findBest, groupContests } from '../../lab/analysis/contests.ts';
import { writeFindings } from '../../lab/analysis/findings.ts';
import { formatOptions, formatPercent, formatScore, labelStrategies } from '../../lab/analysis/names.ts';
import { reportPage, type ReportResults } from '../../lab/report/page.ts';
import { medianByStep } from '../../lab/analysis/series.ts';
import { summarize } from '../../lab/analysis/summary.ts';
import { answer } from '../../lab/experiments/_answer.ts';
import { formatReport } from '../../lab/text/terminal-report.ts';
import { runOf, stepLine } from './fixtures.ts';

const clipping = (maxNorm = 0.5) => ({ id: 'global-norm', options: { maxNorm } });
const diverged = { outcome: 'diverged', divergedAt: 2, score: 90 } as const;
const frame = {
  experiment: 'quick',
  question: 'Does it help?',
  budget: 'Equal.',
  command: 'gradclip-lab compare',
  total: 4,
};

/** Unclipped at 4.0 and then lost, clipped at 4.2 and then 3.5: what the lab is about, in four runs. */
function rescue(): Run[] {
  return [
    runOf({ learningRate: 1 }, { score: 4 }),
    runOf({ learningRate: 3 }, diverged),
    runOf({ learningRate: 1, strategy: clipping() }, { score: 4.2 }),
    runOf(
      { learningRate: 3, strategy: clipping() },
      { score: 3.5 },
      [0, 1, 2].map((step) => stepLine(step, { clipped: step > 0, normAfter: 0.5, threshold: 0.5 })),
    ),
  ];
}

function resultsOf(runs: readonly Run[]): ReportResults {
  const { rows } = summarize('quick', runs);
  return { runs, rows, answer: answer('quick', rows) };
}

const findingsOf = (runs: readonly Run[]): string[] => writeFindings(summarize('quick', runs).rows);

describe('the summary', () => {
  it('contains one row per setting, with the median and range over its seeds', () => {
    const scores = [5, 3, 4, 9];
    const [row, ...more] = summarize(
      'quick',
      scores.map((metric, i) => runOf({ seed: i }, { score: metric })),
    ).rows;
    expect(more).toEqual([]);
    expect(row).toEqual({
      task: 'char-lm',
      data: 'moby-dick',
      cell: 'rnn',
      strategy: { id: 'none', options: {} },
      optimizer: 'sgd',
      learningRate: 1,
      backend: 'wasm',
      plannedSteps: 3,
      tuning: false,
      seeds: [0, 1, 2, 3],
      settings: { units: 4, characters: 5, batch: 2 },
      metric: {
        name: 'bits per character',
        better: 'lower',
        median: 4.5,
        low: 3,
        high: 9,
        isRange: true,
        scores,
        testError: 0,
        validation: 4.5,
        validationScores: scores,
        baseline: 4.4,
      },
      diverged: 0,
      clipRate: 0,
      steps: 3,
      normBefore: { median: 2, p90: 2, max: 2 },
    });
  });

  it('ranks a diverged run below every other run', () => {
    const [row] = summarize('quick', [
      runOf({ seed: 1 }, { score: 3 }),
      runOf({ seed: 2 }, diverged),
      runOf({ seed: 3 }, { score: 4 }),
    ]).rows;
    expect(row).toMatchObject({ diverged: 1, metric: { low: 3, median: 4, high: null } });
    const most = [3, 4, 90, 91, 92].map((metric, seed) => runOf({ seed }, metric > 5 ? diverged : { score: metric }));
    expect(summarize('quick', most).rows[0]).toMatchObject({
      diverged: 3,
      metric: { low: 3, median: null, high: null },
    });
    const [lost] = summarize('quick', [runOf({}, diverged)]).rows;
    expect(lost).toMatchObject({ diverged: 1, metric: { median: null, low: null, high: null } });
  });

  it('computes the clip rate over all steps of all seeds', () => {
    const steps = [true, false, false, false].map((clipped, step) => stepLine(step, { clipped }));
    const [row] = summarize('quick', [runOf({ seed: 1 }, {}, steps), runOf({ seed: 2 }, {}, steps.slice(0, 1))]).rows;
    expect(row?.clipRate).toBeCloseTo(2 / 5, 12);
  });
});

describe('the best row', () => {
  it('has the best median, has the smaller rate if two medians are equal, and never diverged', () => {
    const { rows } = summarize('quick', [
      runOf({ learningRate: 3 }, { score: 4 }),
      runOf({ learningRate: 1 }, { score: 4 }),
      runOf({ learningRate: 10 }, diverged),
      runOf({ learningRate: 0.1 }, { score: 5 }),
    ]);
    expect(findBest(rows)?.learningRate).toBe(1);
    expect(groupContests(rows)[0]?.contenders[0]?.rows.map(({ learningRate }) => learningRate)).toEqual([
      0.1, 1, 3, 10,
    ]);
  });
});

describe('the findings', () => {
  const seeds = (scores: readonly (number | null)[], strategy = { id: 'none', options: {} }): Run[] =>
    scores.map((score, seed) => runOf({ seed, strategy }, score === null ? diverged : { score }));

  it('draw no conclusion from one seed, and say where unclipped runs diverged', () => {
    expect(findingsOf(rescue())).toEqual([
      'rnn: without clipping 4.00 bits per character (rate 1, the smallest of the grid), diverged at rate 3 (1 of 1 seeds). ' +
        'Too few seeds to conclude: global-norm 3.50 bits per character (rate 3, the largest of the grid) ' +
        '(+0.5, better for 1 of 1 seeds; 67 % of steps clipped).',
    ]);
  });

  it('say that clipping helped, with the gain, its interval and the adjusted p-value', () => {
    const bare = [4, 4.1, 3.9, 4.05, 3.95, 4.2];
    const better = seeds(
      bare.map((score) => score - 0.5),
      clipping(),
    );
    expect(findingsOf([...seeds(bare), ...better])[0]).toBe(
      'rnn: without clipping 4.03 bits per character (rate 1). Helped: global-norm 3.52 bits per character (rate 1) ' +
        '(+0.5, 95 % interval +0.5 to +0.5, better for 6 of 6 seeds; adjusted p 0.031; 0 % of steps clipped).',
    );
    expect(findingsOf([...seeds(bare.map((score) => score - 0.5)), ...seeds(bare, clipping())])[0]).toContain('Hurt: ');
  });

  it('say that nothing is clear if seeds disagree', () => {
    const scattered = [...seeds([3, 4, 5, 3.3, 3.9, 4]), ...seeds([3.1, 3.8, 5.2, 3.2, 4, 3.9], clipping())];
    expect(findingsOf(scattered)[0]).toContain('No clear difference: global-norm');
  });

  it('say that there are too few seeds for as many strategies', () => {
    const bare = seeds([4, 4.1, 4.2, 3.9, 4, 3.8]);
    const clipped = [1, 2].flatMap((maxNorm) => seeds([3, 3.1, 3.2, 2.9, 3, 2.8], clipping(maxNorm)));
    expect(findingsOf([...bare, ...clipped])[0]).toContain('Too few seeds to conclude: global-norm maxNorm=1');
  });

  it('count a diverged run as worse than any other', () => {
    const [bare, lost] = [seeds([4, 4.1, 4.2, 3.9, 4, 3.8]), seeds(Array<null>(6).fill(null), clipping())];
    expect(findingsOf([...bare, ...lost])[0]).toContain(
      'Hurt: global-norm diverged at rate 1 (6 of 6 seeds) (better for 0 of 6 seeds; adjusted p 0.031;',
    );
  });

  it.each([
    {
      about: 'neither side beats the baseline',
      runs: [...seeds([4.5, 4.6, 4.7, 4.8, 4.5, 4.6]), ...seeds([4.41, 4.42, 4.43, 4.44, 4.45, 4.46], clipping())],
      says: 'Neither learned: global-norm',
    },
    {
      about: 'the worse side is at the edge of the grid',
      runs: [1, 3]
        .flatMap((learningRate) => [
          ...seeds([4, 4.1, 4.2, 3.9, 4, 3.8].map((score) => score + learningRate)),
          ...seeds([3, 3.1, 3.2, 2.9, 3, 2.8], clipping()),
        ])
        .map((run, index) => ({
          ...run,
          start: { ...run.start, config: { ...run.start.config, learningRate: index < 12 ? 1 : 3 } },
        })),
      says: 'The best rate lies at the edge of the grid: global-norm',
    },
    {
      about: 'the gain is below the sampling error of the test set',
      runs: [...seeds([4, 4.1, 4.2, 3.9, 4, 3.8]), ...seeds([3.99, 4.09, 4.19, 3.89, 3.99, 3.79], clipping())].map(
        (run) => ({ ...run, end: { ...run.end, testError: 0.05 } }),
      ),
      says: 'Smaller than the sampling error of the test set: global-norm',
    },
    {
      about: 'both sides diverge',
      runs: [runOf({}, diverged), runOf({ strategy: clipping() }, diverged)],
      says: 'rnn: without clipping diverged at rate 1 (1 of 1 seeds). Neither learned:',
    },
    {
      about: 'nothing is unclipped',
      runs: [runOf({ strategy: clipping() }, {})],
      says: 'rnn: global-norm 4.00 bits per character (rate 1).',
    },
    {
      about: 'nothing is unclipped and all runs diverged',
      runs: [runOf({ strategy: clipping() }, diverged)],
      says: 'rnn: the only run diverged.',
    },
  ])('have a sentence if $about', ({ runs, says }) => {
    expect(findingsOf(runs)[0]).toContain(says);
  });

  it('keep networks apart that differ in their data or in their number of steps', () => {
    const runs = [
      runOf({ steps: 3 }, {}),
      runOf({ steps: 80 }, {}),
      runOf({ steps: 80, data: 'mine.txt' }, {}),
      runOf({ steps: 80, strategy: clipping() }, {}),
    ];
    const contests = groupContests(summarize('quick', runs).rows);
    expect(contests.map(({ variant, contenders }) => [variant, contenders.length])).toEqual([
      ['data moby-dick, steps 3', 1],
      ['data moby-dick, steps 80', 2],
      ['data mine.txt, steps 80', 1],
    ]);
  });
});

describe('the summary file', () => {
  it('lists every environment and the data of each task', () => {
    const other = runOf({ task: 'adding', data: 'generated' }, {});
    const run = { ...other, start: { ...other.start, environment: { ...other.start.environment, cores: 64 } } };
    expect(summarize('quick', [runOf({}, {}), runOf({ seed: 2 }, {}), run])).toMatchObject({
      version: 2,
      environments: [{ cores: 2 }, { cores: 64 }],
      data: [
        { task: 'char-lm', id: 'moby-dick' },
        { task: 'adding', id: 'generated' },
      ],
    });
  });

  it('has the gain, the adjusted p-value and the verdict of each strategy, and tests only primary strategies', () => {
    const scores = [4, 4.1, 4.2, 3.9, 4, 3.8];
    const runs = [
      ...scores.map((score, seed) => runOf({ seed }, { score })),
      ...scores.map((score, seed) => runOf({ seed, strategy: clipping() }, { score: score - 1 })),
      ...scores.map((score, seed) => runOf({ seed, strategy: { id: 'agc', options: {} } }, { score: score - 1 })),
    ];
    const [bare, tested, other] = summarize('quick', runs, ['global-norm']).rows;
    expect(bare).not.toHaveProperty('verdict');
    const gain = { value: 1, isRange: false, better: 6, worse: 0, seeds: 6 };
    expect(tested).toMatchObject({ verdict: 'helped', adjustedP: 2 / 64, gain });
    expect(other).toMatchObject({ verdict: 'interval only', gain });
    expect(other).not.toHaveProperty('adjustedP');
  });
});

describe('the report of runs from several environments', () => {
  it('lists each of them with the digest of its code', () => {
    const [one, other] = [runOf({}, {}), runOf({ seed: 2 }, {})].map((run, index) => {
      const environment = { ...run.start.environment, code: `code${index}` };
      return { ...run, start: { ...run.start, environment } };
    });
    const page = reportPage(frame, resultsOf([one!, other!]), { hashOf: () => '' });
    for (const code of ['code0', 'code1']) expect(page).toContain(`gradclip 1.2.3 (code ${code})`);
  });
});

describe('the report of primary comparisons', () => {
  it('names them, and says that the others are not tested', () => {
    const seeds = [1, 2, 3, 4, 5, 6];
    const other = { id: 'agc', options: {} };
    const runs = [
      ...seeds.map((seed) => runOf({ seed }, { score: 4 })),
      ...seeds.map((seed) => runOf({ seed, strategy: clipping() }, { score: 4 })),
      ...seeds.map((seed) => runOf({ seed, strategy: other }, { score: 3 })),
    ];
    const { rows } = summarize('quick', runs, ['global-norm']);
    const results = { runs, rows, answer: answer('quick', rows) };
    const page = reportPage({ ...frame, primary: ['global-norm'] }, results, { hashOf: () => '' });
    const text = parseHTML(page).document.querySelector('main')?.textContent ?? '';
    expect(text).toContain('global-norm against no clipping, as named before the runs. For the others, the report');
    expect(text).toMatch(/Not tested: agc 3\.00 .*better for 6 of 6 seeds/);
    expect(text).toMatch(/Best on the validation data:\s+agc, not tested\./);
    expect(page).toContain('interval only');
    expect(reportPage(frame, results, { hashOf: () => '' })).not.toContain('as named before the runs');
  });
});

describe('labels', () => {
  it('are ids, followed by the differing options if two strategies share an id', () => {
    const specs = [
      { id: 'none' },
      { id: 'per-value', options: { min: null, maxAbs: 1 } },
      { id: 'per-value', options: { min: null, maxAbs: 2 } },
    ];
    expect(specs.map(labelStrategies(specs))).toEqual(['none', 'per-value maxAbs=1', 'per-value maxAbs=2']);
    expect(formatOptions(specs[1] as never)).toBe('maxAbs=1');
  });

  it('never round a small share to 0 % or a large one to 100 %', () => {
    expect([0, 0.004, 0.5, 0.996, 1].map(formatPercent)).toEqual(['0 %', '<1 %', '50 %', '>99 %', '100 %']);
    expect([3.456, 34.56, 345.6, NaN].map(formatScore)).toEqual(['3.46', '34.6', '346', 'not finite']);
  });
});

describe('medians by step', () => {
  it('include only runs that reached the step, and only finite values', () => {
    const losses = (...values: number[]): Run =>
      runOf(
        {},
        {},
        values.map((loss, step) => stepLine(step, { loss })),
      );
    const runs = [losses(1, 2, 3), losses(3, Infinity), losses(8), losses(0, 4, 5, NaN)];
    expect(medianByStep(runs, ({ loss }) => loss)).toEqual([2, 3, 4, null]);
  });
});

describe('a long line', () => {
  const losses = Array.from({ length: 2000 }, (_, step) => (step === 1234 ? 50 : 3 + Math.sin(step / 40)));
  const run = runOf(
    { steps: 2000 },
    {},
    losses.map((loss, step) => stepLine(step, { loss, normBefore: loss })),
  );
  const page = reportPage(frame, resultsOf([run]), { hashOf: () => '' });
  const { document } = parseHTML(page);
  const charts = [...document.querySelectorAll('script')].map(({ textContent }) => JSON.parse(textContent) as Chart);
  const readingsOf = (kind: Chart['kind']) => drawingOf(charts.find((chart) => chart.kind === kind)!).readings();

  it('is thinned to distinguishable points and keeps both ends and every spike', () => {
    for (const [kind, fact] of [
      ['loss', ['loss', '50.0']],
      ['norms', ['‖g‖ before', '50.0']],
    ] as const) {
      const readings = readingsOf(kind);
      expect(readings.length).toBeLessThan(250);
      expect(readings.map(({ x }) => x)).toEqual(expect.arrayContaining([0, 1234, 1999]));
      expect(readings.find(({ x }) => x === 1234)?.facts).toContainEqual(fact);
    }
    expect(page.length).toBeLessThan(60_000);
  });

  it('appears in full in the table of the chart', () => {
    const steps = [...document.querySelectorAll('details tbody th')].map(({ textContent }) => Number(textContent));
    const cell = document.querySelectorAll('details tbody td')[1]?.textContent;
    expect(steps.slice(0, 12)).toEqual(Array.from({ length: 12 }, (_, i) => Math.round((i * 1999) / 11)));
    expect(cell).toBe(losses[steps[1]!]!.toFixed(2));
  });
});

describe('the terminal report', () => {
  it('fits 80 columns and shows the best rate, the other rates and the diverged runs', () => {
    const summary = summarize('quick', rescue());
    const text = formatReport(summary, answer('quick', summary.rows));
    expect(Math.max(...text.split('\n').map((line) => line.trimEnd().length))).toBeLessThanOrEqual(80);
    expect(text).toMatch(/rnn +none +1 +4\.00 +0 % +- +diverged: 3/);
    expect(text).toMatch(/global-norm +3 +3\.50 +67 % +1\/1 +1: 4\.20/);
  });
});

describe('the page', () => {
  const program = { script: 'start()', hashOf: (text: string) => `sha256-${text.length}` };
  const pageOf = (runs: readonly Run[], change = {}): string =>
    reportPage({ ...frame, ...change }, resultsOf(runs), program);
  const page = pageOf(rescue());
  const { document } = parseHTML(page);

  it('is identical for identical records', () => {
    expect(pageOf(rescue())).toBe(page);
  });

  it('loads no external resource', () => {
    expect(document.querySelectorAll('script[src], link, img, iframe, [src], [href]')).toHaveLength(0);
    expect(page).not.toMatch(/url\(\s*['"]?(https?:)?\/\//);
  });

  it('allows only its own style and script, by their hashes, and contains no other', () => {
    const style = document.querySelectorAll('style');
    expect(style).toHaveLength(1);
    expect(document.querySelectorAll('[style], [onclick], [onload], [onerror]')).toHaveLength(0);
    const programs = document.querySelectorAll('script:not([type])');
    expect([...programs].map((one) => one.textContent)).toEqual(['start()']);
    expect(document.querySelector('meta[http-equiv="Content-Security-Policy"]')?.getAttribute('content')).toBe(
      `default-src 'none'; style-src 'sha256-${style[0]?.textContent.length}'; script-src 'sha256-7'; base-uri 'none'; form-action 'none'`,
    );
  });

  it('is static and allows no script if it is built without one', () => {
    const still = reportPage(frame, resultsOf(rescue()), { hashOf: program.hashOf });
    expect(still).not.toContain('script-src');
    expect(parseHTML(still).document.querySelectorAll('script:not([type="application/json"])')).toHaveLength(0);
    expect(parseHTML(still).document.querySelectorAll('figure > svg')).toHaveLength(9);
  });

  it('embeds the data of each chart', () => {
    const charts = [...document.querySelectorAll('figure')].map(
      (figure) => JSON.parse(figure.querySelector('script[type="application/json"]')?.textContent ?? '') as Chart,
    );
    expect(charts.map(({ kind }) => kind)).toEqual([
      ...['score', 'loss', 'dots'],
      ...['score', 'clip-rate', 'loss', 'loss', 'norms', 'norms'],
    ]);
    for (const chart of charts)
      expect(chart.name).toBe(
        document.querySelectorAll('figure > svg')[charts.indexOf(chart)]?.getAttribute('aria-label'),
      );
    const told = drawingOf(charts[0] as Chart).readings();
    expect(told.at(-1)?.facts).toEqual([
      ['strategy', 'global-norm'],
      ['learning rate', '3'],
      ['bits per character', '3.50'],
      ['seeds', '1'],
      ['steps clipped', '67 %'],
    ]);
  });

  it('gives each chart an accessible name and a table', () => {
    const names = [...document.querySelectorAll('figure > svg')].map((svg) => svg.getAttribute('aria-label'));
    expect(names).toEqual([
      'rnn: score by learning rate, first screen',
      'rnn: loss by step at rate 3, first screen',
      'Gain over no clipping, char-lm: bits per character',
      'rnn: score by learning rate',
      'rnn: steps clipped by learning rate',
      'rnn: loss by step at rate 1',
      'rnn: loss by step at rate 3',
      'rnn: gradient norm by step, none',
      'rnn: gradient norm by step, global-norm',
    ]);
    expect(document.querySelectorAll('details table')).toHaveLength(5);
  });

  it('begins with the setting to use, as code, and says how certain it is', () => {
    const first = (runs: readonly Run[]): string =>
      parseHTML(pageOf(runs)).document.querySelector('.answers')!.textContent.replace(/\s+/g, ' ').trim();
    expect(first(rescue())).toBe(
      'char-lm, rnn: No strategy is shown to help. Best on the validation data: global-norm, ' +
        'too few seeds to conclude (1 of 1 better). clipOptimizer(tf.train.sgd(3), globalNorm({ maxNorm: 0.5 }))',
    );
    const seeds = Array.from({ length: 8 }, (_, seed) => [
      runOf({ seed }, { score: 4 + seed / 100 }),
      runOf({ seed, strategy: clipping() }, { score: 3 + seed / 90 }),
    ]).flat();
    expect(first(seeds)).toMatch(
      /^char-lm, rnn: global-norm helped\. \+1, 95 % interval .*, better for 8 of 8 seeds, adjusted p 0\.0078\. clipOptimizer\(tf\.train\.sgd\(1\), /,
    );
  });

  it('shows what each network writes', () => {
    const runs = [runOf({}, { score: 4, sample: 'Call me <Ishmael>' })];
    const written = parseHTML(pageOf(runs)).document.querySelector('.sample');
    expect(written?.textContent).toBe('Call me <Ishmael>');
  });

  it('draws the losses of several seeds with a band from the smallest to the largest', () => {
    const runs = [5, 3, 4].map((loss, seed) =>
      runOf({ seed }, { score: 4 }, [stepLine(0, { loss }), stepLine(1, { loss })]),
    );
    const charts = [...parseHTML(pageOf(runs)).document.querySelectorAll('figure script')].map(
      ({ textContent }) => JSON.parse(textContent) as Chart,
    );
    const losses = charts.find((chart) => chart.kind === 'loss');
    expect(losses?.lines[0]).toMatchObject({ values: [4, 4], band: { low: [3, 3], high: [5, 5] } });
  });

  it('escapes text that users wrote', () => {
    const hostile = `</style><script>alert('x')</script>"&<img src=x onerror=alert(1)>`;
    const runs = rescue().map((run) => {
      const { strategy } = run.start.config;
      const changed = { ...strategy, options: { ...strategy.options, layers: hostile } };
      const named = strategy.id === 'none' ? strategy : { ...changed, id: hostile };
      return {
        ...run,
        start: {
          ...run.start,
          config: { ...run.start.config, data: hostile, cell: hostile, task: hostile, strategy: named },
        },
      };
    });
    const words = { question: hostile, experiment: hostile, command: hostile, budget: hostile };
    const markup = pageOf(runs, words);
    const parsed = parseHTML(markup).document;
    expect(markup.match(/<script[^>]*>/g)).toEqual([
      ...Array<string>(9).fill('<script type="application/json">'),
      '<script>',
    ]);
    expect(markup.match(/<\/script/g)).toHaveLength(10);
    expect(markup).not.toContain('<img');
    expect(parsed.querySelectorAll('img')).toHaveLength(0);
    expect(parsed.querySelector('h1')?.textContent).toBe(hostile);
  });

  it('reports missing runs', () => {
    expect(page).not.toContain('the others are not in this report');
    expect(pageOf(rescue(), { total: 9 })).toContain('4 of 9 runs are finished; the others are not in this report.');
  });
});
