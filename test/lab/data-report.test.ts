import { describe, expect, it } from 'vitest';
import { describeData } from '../../lab/analysis/describe-data.ts';
import { summarize } from '../../lab/analysis/summary.ts';
import { dataSection } from '../../lab/report/sections/data-section.ts';
import { html } from '../../lab/report/html/html.ts';
import { createDataReport, formatShare } from '../../lab/tasks/_data-report.ts';
import { formatDataReport } from '../../lab/text/data-text.ts';
import { runOf } from './fixtures.ts';

const report = createDataReport({
  unit: 'rows',
  read: 1000,
  dropped: [
    { what: 'were dropped: no value', count: 11, advice: 'Write <them>.' },
    { what: 'were dropped: duplicates', count: 0 },
  ],
  changed: [{ what: 'were filled', count: 10 }],
  partUnit: 'windows',
  parts: { training: 680, validation: 146, test: 146 },
  scored: { validation: 100, test: 100 },
  classes: { a: 40, b: 30 },
  coverage: [{ of: 'characters', size: 63, share: 0.9512, warnBelow: 0.99, advice: 'Set alphabet=90.' }],
  dates: { first: '2020-01-01', last: '2023-01-01', step: '1 day', gaps: 2, longestGap: '150 days before line 12' },
});

describe('a report on data', () => {
  it('warns about more than 1 % of the data and about poor coverage, with what to do', () => {
    expect(report.warnings).toEqual([
      '1.1 % of the rows were dropped: no value. Write <them>.',
      '4.9 % of the characters in the test part are none of the 63 known characters. Set alphabet=90.',
    ]);
    expect([0.011, 0.1, 0.996, 1].map(formatShare)).toEqual(['1.1 %', '10 %', '99.6 %', '100 %']);
  });

  it('says everything in lines of at most 80 columns', () => {
    const text = formatDataReport('weather', report);
    expect(text).toBe(
      [
        'weather: 1,000 rows read; 680 windows to train on, 146 for validation, 146 for',
        '  the test.',
        '  Scored: the first 100 for validation and the first 100 for the test (setting',
        '    `scored`).',
        '  2 classes of 30 to 40 rows.',
        '  63 known characters, which are 95 % of the test part.',
        '  2020-01-01 to 2023-01-01, 1 day apart; gaps: 2, the longest 150 days before',
        '    line 12.',
        '  10 rows were filled.',
        '  Warning: 1.1 % of the rows were dropped: no value. Write <them>.',
        '  Warning: 4.9 % of the characters in the test part are none of the 63 known',
        '    characters. Set alphabet=90.',
      ].join('\n'),
    );
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('is in the HTML report once for equal data, with escaped texts', () => {
    const run = runOf({}, {});
    const runs = [1, 2].map((seed) => ({ ...runOf({ seed }, {}), start: { ...run.start, dataReport: report } }));
    const { markup } = html`${dataSection(runs)}`;
    expect(markup.match(/<h3>char-lm<\/h3>/g)).toHaveLength(1);
    expect(markup).toContain('Write &lt;them&gt;.');
    for (const fact of describeData(report).facts) expect(markup).toContain(`<li>${fact}</li>`);
    expect(dataSection([run])).toBe('');
  });

  it('is in the summary', () => {
    const run = runOf({}, {});
    const { data } = summarize('quick', [{ ...run, start: { ...run.start, dataReport: report } }]);
    expect(data).toEqual([{ task: 'char-lm', id: 'moby-dick', report }]);
  });
});
