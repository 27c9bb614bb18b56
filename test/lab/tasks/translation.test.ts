import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { gru } from '../../../lab/cells/gru.ts';
import { lstm } from '../../../lab/cells/lstm.ts';
import { loadData } from '../../../lab/node/data/load-data.ts';
import { generateDatePairs } from '../../../lab/tasks/_date-pairs.ts';
import { createAlphabet, countCharacters, parsePairs } from '../../../lab/tasks/_pairs.ts';
import { RARE_CHARACTER } from '../../../lab/tasks/_text.ts';
import { splitPairs, translation } from '../../../lab/tasks/translation.ts';
import { createZeroModel, toRows, describeProblem } from './problem.ts';

beforeAll(() => tf.setBackend('cpu'));

describe('pairs of texts', () => {
  it('are the first two columns, normalized, without duplicates', () => {
    const text = '\uFEFFgood  day\tbonjour\tCC-BY\r\n\r\nGood day\tsalut\nGood day\tBonjour\nCafe\u0301\tcafe\u0301\n';
    expect(parsePairs(text)).toEqual({
      read: 4,
      pairs: [
        { source: 'good day', target: 'bonjour' },
        { source: 'Good day', target: 'salut' },
        { source: 'Caf\u00e9', target: 'caf\u00e9' },
      ],
    });
  });

  it('are two columns of a table by name', () => {
    const text = 'id;de;en\n1;Hund;dog\n2;Katze;cat\n';
    expect(parsePairs(text, { source: 'EN', target: 'de' }).pairs).toEqual([
      { source: 'dog', target: 'Hund' },
      { source: 'cat', target: 'Katze' },
    ]);
    expect(() => parsePairs(text, { source: 'en', target: 'fr' })).toThrow(
      'There is no column `fr`. Available columns: `id`, `de`, `en`.',
    );
    expect(() => parsePairs(text, { source: 'en', target: '' })).toThrow(
      'Set both source=COLUMN and target=COLUMN, or neither.',
    );
  });

  it('that share a source or a target, directly or through others, are in the same part', () => {
    // Ten translations of each of a hundred texts; neighbouring texts in threes share one.
    const pairs = Array.from({ length: 1000 }, (_, index) => {
      const source = Math.floor(index / 10);
      return { source: `s${source}`, target: index % 10 === 0 ? `shared ${Math.floor(source / 3)}` : `t${index}` };
    });
    const { training, validation, test } = splitPairs(pairs);
    expect(training.length + validation.length + test.length).toBe(1000);
    for (const part of [validation, test]) expect(part.length).toBeGreaterThanOrEqual(150);
    const parts = [training, validation, test];
    for (const key of ['source', 'target'] as const) {
      const sets = parts.map((part) => new Set(part.map((pair) => pair[key])));
      expect(new Set(sets.flatMap((set) => [...set])).size).toBe(sets.reduce((sum, set) => sum + set.size, 0));
    }
  });

  it('are rejected if almost all are connected', () => {
    const pairs = Array.from({ length: 100 }, (_, index) => ({ source: `s${index}`, target: 'the same' }));
    expect(() => splitPairs(pairs)).toThrow('Almost all pairs share a source or a target with another');
  });

  it.each([
    [
      'a line without a tab',
      'a\tb\n\nc,d\n',
      'Line 3 has no tab. Each line must be a text, a tab and its translation. For a table, set source=COLUMN and target=COLUMN.',
    ],
    ['an empty source', 'a\tb\n\tc\n', 'Line 2: the text to translate is empty. Write it or remove the line.'],
    ['an empty translation', 'a\tb\nc\t \n', 'Line 2: the translation is empty. Write it or remove the line.'],
  ])('are rejected with %s', (_, text, message) => {
    expect(() => parsePairs(text)).toThrow(message);
  });

  it('assign ids to the most frequent characters after the end and the rare characters', () => {
    const { characters, idOf } = createAlphabet(['banana', 'x😀😀'], 3);
    expect(characters).toEqual(['', RARE_CHARACTER, 'a', 'n', '😀']);
    expect(Array.from('ban😀', idOf)).toEqual([1, 2, 3, 4]);
  });
});

describe('dates', () => {
  it('are the same day in both languages and never repeat', () => {
    const pairs = generateDatePairs(200, 'en', 'fr');
    expect(new Set(pairs.map(({ source }) => source)).size).toBe(200);
    expect(generateDatePairs(200, 'en', 'fr')).toEqual(pairs);
    const months = ['janvier', 'février', 'mars', 'avril', 'mai', 'juin', 'juillet', 'août', 'septembre', 'octobre'];
    for (const { source, target } of pairs) {
      const date = new Date(`${source} UTC`);
      const month = [...months, 'novembre', 'décembre'][date.getUTCMonth()];
      // Some versions of the CLDR write the first of a month as `1er`.
      const said = target.replace(' 1er ', ' 1 ').split(' ').slice(1);
      expect(said).toEqual([String(date.getUTCDate()), month, String(date.getUTCFullYear())]);
    }
  });
});

describe('translation', () => {
  // Each target is its source reversed.
  const pairs = Array.from({ length: 60 }, (_, index) => String(1000 + 37 * index));
  const reverse = (text: string): string => [...text].reverse().join('');
  const text = pairs.map((source) => `${source}\t${reverse(source)}`).join('\n');
  const settings = { units: 3, length: 5, batch: 4 };
  const problem = translation.prepare(text, settings);
  describeProblem(problem, { x: [4, 5], y: [4, 6] });

  const { training, validation, test } = splitPairs(parsePairs(text).pairs);

  it('has the padded, reversed source as input and the target with its end, padded, as output', () => {
    const [from, to] = [
      createAlphabet(
        training.map(({ source }) => source),
        80,
      ),
      createAlphabet(
        training.map(({ target }) => target),
        80,
      ),
    ];
    const { x, y } = problem.batch(0, 1);
    const wanted = toRows(y);
    toRows(x).forEach((row, index) => {
      expect(row[0]).toBe(-1);
      const said = row
        .slice(1)
        .map((id) => from.characters[id])
        .join('');
      expect(
        wanted[index]!.slice(0, 4)
          .map((id) => to.characters[id])
          .join(''),
      ).toBe(said);
      expect(wanted[index]!.slice(4)).toEqual([0, -1]);
    });
  });

  it('never scores a training pair', () => {
    const trained = new Set(training.map(({ source }) => source));
    expect([...validation, ...test].filter(({ source }) => trained.has(source))).toEqual([]);
    expect([training.length, validation.length, test.length]).toEqual([42, 9, 9]);
  });

  it('scores an untrained model by log2 of the alphabet size and the baseline by its cross-entropy', async () => {
    const untrained = Math.log2(2 + 10);
    expect((await problem.evaluate(createZeroModel(problem, lstm), 'test')).value).toBeCloseTo(untrained, 5);
    const loss = problem.loss(createZeroModel(problem, gru), problem.batch(0, 1)).dataSync()[0] as number;
    expect(loss * translation.loss.perTrained).toBeCloseTo(untrained, 5);

    // Every target is four digits and an end; each of the twelve symbols is counted once more.
    const count = (symbol: string): number => training.filter(({ target }) => `${target}#`.includes(symbol)).length;
    const times = new Map(
      Array.from('0123456789', (one) => [
        one,
        training.reduce((sum, { target }) => sum + target.split(one).length - 1, 0),
      ]),
    );
    const bits = (seenTimes: number): number => -Math.log2((seenTimes + 1) / (5 * training.length + 12));
    const costs = test.flatMap(({ target }) => [
      ...[...target].map((one) => bits(times.get(one) ?? 0)),
      bits(count('#')),
    ]);
    expect(problem.baseline).toBeCloseTo(costs.reduce((sum, one) => sum + one, 0) / costs.length, 10);
  });

  it('samples translations of test sources and leaks no tensor', async () => {
    const model = problem.model(gru, 1);
    const before = tf.memory().numTensors;
    const lines = (await problem.sample!(model, 1)).split('\n');
    expect(tf.memory().numTensors).toBe(before);
    expect(lines).toHaveLength(8);
    const sources = new Set(test.map(({ source }) => source));
    for (const line of lines) {
      const [, source = '', target = ''] = /^(\d+) → .* \((\d+)\)$/.exec(line) ?? [];
      expect(sources.has(source)).toBe(true);
      expect(target).toBe(reverse(source));
    }
  });

  it('reports what was read', () => {
    const report = translation.prepare(`${text}\n1000\t0001\nlong text\tlong text\n`, settings).dataReport!;
    expect(report).toMatchObject({
      unit: 'pairs',
      read: 62,
      dropped: [{ count: 1 }, { count: 1, advice: 'Set length=9 to keep all.' }],
      parts: { training: 42, validation: 9, test: 9 },
      scored: { validation: 9, test: 9 },
    });
    expect(report.warnings).toEqual([
      '1.6 % of the pairs were dropped: duplicates.',
      '1.6 % of the pairs were dropped: longer than 5 characters. Set length=9 to keep all.',
    ]);
  });

  it('rejects too few pairs that are short enough', () => {
    expect(() => translation.prepare(text, { ...settings, length: 3 })).toThrow(
      'The file has 0 different pairs of at most 3 characters. At least 50 are required.',
    );
  });

  it('has built-in phrases and dates', async () => {
    const { pairs: own } = parsePairs((await loadData(translation, undefined)).text);
    const french = new Map(own.map(({ source, target }) => [source, target]));
    expect(french.get('tired face')).toBe('visage fatigué');
    expect(own.filter(({ source }) => /^\w+day, /.test(source))).toHaveLength(1000);
    expect(own.length).toBeGreaterThan(2900);
    expect(
      own.filter(({ source, target }) => countCharacters(source) <= 30 && countCharacters(target) <= 30).length,
    ).toBeGreaterThan(2500);
  });
});
