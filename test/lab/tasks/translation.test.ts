import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { gru } from '../../../lab/cells/gru.ts';
import { lstm } from '../../../lab/cells/lstm.ts';
import { loadData } from '../../../lab/node/data/load-data.ts';
import { datePairs } from '../../../lab/tasks/_date-pairs.ts';
import { alphabetOf, lengthOf, pairsIn } from '../../../lab/tasks/_pairs.ts';
import { split } from '../../../lab/tasks/_split.ts';
import { RARE } from '../../../lab/tasks/_text.ts';
import { translation } from '../../../lab/tasks/translation.ts';
import { answeringZero, asLists, itIsAProblem } from './problem.ts';

beforeAll(() => tf.setBackend('cpu'));

describe('pairs of texts', () => {
  it('are the first two columns, tidied, one for each source', () => {
    const text = '\uFEFFgood  day\tbonjour\tCC-BY\r\n\r\nGood day\tsalut\nCafe\u0301\tcafe\u0301\n';
    expect(pairsIn(text)).toEqual([
      { source: 'good day', target: 'bonjour' },
      { source: 'Caf\u00e9', target: 'caf\u00e9' },
    ]);
  });

  it.each([
    ['a line without a tab', 'a\tb\n\nc,d\n', 'Line 3 has no tab; a line must be a text, a tab and its translation.'],
    ['an empty source', 'a\tb\n\tc\n', 'Line 2: the text before the tab is empty.'],
    ['an empty translation', 'a\tb\nc\t \n', 'Line 2: the translation after the tab is empty.'],
  ])('are refused with %s', (_, text, message) => {
    expect(() => pairsIn(text)).toThrow(message);
  });

  it('number the most frequent characters, after the end and the rare', () => {
    const { characters, idOf } = alphabetOf(['banana', 'x😀😀'], 3);
    expect(characters).toEqual(['', RARE, 'a', 'n', '😀']);
    expect(Array.from('ban😀', idOf)).toEqual([1, 2, 3, 4]);
  });
});

describe('dates', () => {
  it('say the same day in both languages, and none twice', () => {
    const pairs = datePairs(200, 'en', 'fr');
    expect(new Set(pairs.map(({ source }) => source)).size).toBe(200);
    expect(datePairs(200, 'en', 'fr')).toEqual(pairs);
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
  // Numbers in reverse: a target is its source read backwards.
  const pairs = Array.from({ length: 60 }, (_, index) => String(1000 + 37 * index));
  const backwards = (text: string): string => [...text].reverse().join('');
  const text = pairs.map((source) => `${source}\t${backwards(source)}`).join('\n');
  const settings = { units: 3, length: 5, batch: 4 };
  const problem = translation.prepare(text, settings);
  itIsAProblem(problem, { x: [4, 5], y: [4, 6] });

  const { seen, unseen } = split(pairsIn(text));

  it('shows the source backwards with nothing before it, and asks for the target, its end, and nothing after', () => {
    const [from, to] = [
      alphabetOf(
        seen.map(({ source }) => source),
        80,
      ),
      alphabetOf(
        seen.map(({ target }) => target),
        80,
      ),
    ];
    const { x, y } = problem.batch(0, 1);
    const wanted = asLists(y);
    asLists(x).forEach((row, index) => {
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

  it('never scores a pair that it trains on', () => {
    const trained = new Set(seen.map(({ source }) => source));
    expect(unseen.filter(({ source }) => trained.has(source))).toEqual([]);
    expect([seen.length, unseen.length]).toEqual([48, 12]);
  });

  it('costs a model that knows nothing log2 of the alphabet, and one that knows the frequencies their cross-entropy', async () => {
    const blind = Math.log2(2 + 10);
    expect(await problem.evaluate(answeringZero(problem, lstm))).toBeCloseTo(blind, 5);
    const loss = problem.loss(answeringZero(problem, gru), problem.batch(0, 1)).dataSync()[0] as number;
    expect(loss * translation.loss.perTrained).toBeCloseTo(blind, 5);

    // Every target is four digits and an end; each of the twelve symbols is counted once more.
    const count = (symbol: string): number => seen.filter(({ target }) => `${target}#`.includes(symbol)).length;
    const times = new Map(
      Array.from('0123456789', (one) => [one, seen.reduce((sum, { target }) => sum + target.split(one).length - 1, 0)]),
    );
    const bits = (seenTimes: number): number => -Math.log2((seenTimes + 1) / (5 * seen.length + 12));
    const costs = unseen.flatMap(({ target }) => [
      ...[...target].map((one) => bits(times.get(one) ?? 0)),
      bits(count('#')),
    ]);
    expect(problem.baseline).toBeCloseTo(costs.reduce((sum, one) => sum + one, 0) / costs.length, 10);
  });

  it('shows translations of what it was not trained on, and leaves no tensor behind', async () => {
    const model = problem.model(gru, 1);
    const before = tf.memory().numTensors;
    const lines = (await problem.sample!(model, 1)).split('\n');
    expect(tf.memory().numTensors).toBe(before);
    expect(lines).toHaveLength(8);
    const sources = new Set(unseen.map(({ source }) => source));
    for (const line of lines) {
      const [, source = '', target = ''] = /^(\d+) → .* \((\d+)\)$/.exec(line) ?? [];
      expect(sources.has(source)).toBe(true);
      expect(target).toBe(backwards(source));
    }
  });

  it('refuses too few pairs that are short enough', () => {
    expect(() => translation.prepare(text, { ...settings, length: 3 })).toThrow(
      'There are 0 different pairs of at most 3 characters; at least 50 are needed.',
    );
  });

  it('has phrases and dates of its own', async () => {
    const own = pairsIn((await loadData(translation, undefined)).text);
    const french = new Map(own.map(({ source, target }) => [source, target]));
    expect(french.get('tired face')).toBe('visage fatigué');
    expect(own.filter(({ source }) => /^\w+day, /.test(source))).toHaveLength(1000);
    expect(own.length).toBeGreaterThan(2900);
    expect(own.filter(({ source, target }) => lengthOf(source) <= 30 && lengthOf(target) <= 30).length).toBeGreaterThan(
      2500,
    );
  });
});
