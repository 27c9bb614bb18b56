import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { gru } from '../../../lab/cells/gru.ts';
import { loadData } from '../../../lab/node/data/load-data.ts';
import { numbered, sentencesIn, vocabularyOf, wordsOf } from '../../../lab/tasks/_sentences.ts';
import { split } from '../../../lab/tasks/_split.ts';
import { sentiment } from '../../../lab/tasks/sentiment.ts';
import { answeringZero, itIsAProblem } from './problem.ts';

beforeAll(() => tf.setBackend('cpu'));

describe('sentences as numbers', () => {
  it('are words in lower case, with the marks that carry feeling', () => {
    expect(wordsOf("Don’t  buy THIS, it's bad!! 10/10? Crème")).toEqual([
      "don't",
      'buy',
      'this',
      "it's",
      'bad',
      '!',
      '!',
      '10',
      '10',
      '?',
      'crème',
    ]);
  });

  it('number the words that occur twice by frequency, and pad before and cut from the front', () => {
    const sentences = ['b a b', 'a b c', 'd'].map((text) => ({ words: text.split(' '), label: 0 }));
    const vocabulary = vocabularyOf(sentences, 10);
    expect([...vocabulary]).toEqual([
      ['b', 2],
      ['a', 3],
    ]);
    expect([...vocabularyOf(sentences, 1)]).toEqual([['b', 2]]);
    expect([...numbered(sentences[1]!, vocabulary, 5)]).toEqual([0, 0, 3, 2, 1]);
    expect([...numbered(sentences[1]!, vocabulary, 2)]).toEqual([2, 1]);
  });

  it('come from the columns that are named text and label, once each', () => {
    const text = 'Label,id,Text\ngood,1,"Fine, really"\nbad,2,Awful.\n\nbad,3,fine really!\nbad,4,FINE REALLY\n';
    expect(sentencesIn(text)).toEqual({
      labels: ['bad', 'good'],
      sentences: [
        { words: ['fine', 'really'], label: 1 },
        { words: ['awful'], label: 0 },
        { words: ['fine', 'really', '!'], label: 0 },
      ],
    });
    expect(sentencesIn('sentence\tclass\nHe said "no"\t0\nYes\t1\n').labels).toEqual(['0', '1']);
  });

  it.each([
    ['other columns', 'a,b\nx,y', 'The header must name a column `text` and a column `label`; there is `a`, `b`.'],
    ['no text', 'text,label\nx,1\n,0\n', 'Line 3: `text` is empty.'],
    ['no label', 'text,label\nx,1\ny,\n', 'Line 3: `label` is empty.'],
    ['one label', 'text,label\nx,1\ny,1\n', 'Every text has the label `1`; two are needed.'],
    [
      'a label for each text',
      `text,label\n${Array.from({ length: 51 }, (_, index) => `word${index},label${index}`).join('\n')}`,
      'There are 51 different labels in `label`; at most 50 can be told apart.',
    ],
  ])('are refused with %s', (_, text, message) => {
    expect(() => sentencesIn(text)).toThrow(message);
  });

  it('are refused where they are too few', () => {
    const few = `text,label\n${Array.from({ length: 30 }, (_, index) => `word${index},${index % 2}`).join('\n')}`;
    expect(() => sentiment.prepare(few, sentiment.settings)).toThrow(
      'There are 30 different texts; at least 50 are needed.',
    );
  });
});

describe('sentiment', () => {
  // Two thirds say yes; every sentence has a word of its own.
  const rows = Array.from({ length: 90 }, (_, index) => (index % 3 === 0 ? `no word${index},0` : `yes word${index},1`));
  const problem = sentiment.prepare(`text,label\n${rows.join('\n')}`, {
    units: 3,
    words: 4,
    embedding: 3,
    vocabulary: 9,
    batch: 8,
  });
  itIsAProblem(problem, { x: [8, 4], y: [8] });

  it('gives the words that are known, and the label of the sentence', () => {
    const { x, y } = problem.batch(0, 1);
    const labels = y.dataSync();
    // `yes` is more frequent than `no`; the other words occur but once.
    (x.arraySync() as number[][]).forEach((row, index) => expect(row).toEqual([0, 0, labels[index] === 1 ? 2 : 3, 1]));
  });

  it('has as its baseline what always answering the majority gets right', async () => {
    const { unseen } = split(sentencesIn(`text,label\n${rows.join('\n')}`).sentences);
    const share = unseen.filter(({ label }) => label === 1).length / 18;
    expect(problem.baseline).toBeCloseTo(share, 12);
    expect(await problem.evaluate(answeringZero(problem, gru))).toBeCloseTo(1 - share, 6);
  });
});

describe('the labelled sentences', () => {
  it('are about half positive, without the empty row and without duplicates', async () => {
    const { text } = await loadData(sentiment, undefined);
    const { labels, sentences } = sentencesIn(text);
    expect(labels).toEqual(['0', '1']);
    expect(text.includes('to plug it in here in the US unless I go by a converter.,0')).toBe(true);
    expect(sentences.length).toBeGreaterThan(2900);
    expect(sentences.length).toBeLessThan(3000);
    const keys = sentences.map(({ words }) => words.join(' '));
    expect(new Set(keys).size).toBe(keys.length);

    const { seen, unseen } = split(sentences);
    expect(unseen.length / sentences.length).toBeCloseTo(0.2, 2);
    const trained = new Set(seen.map(({ words }) => words.join(' ')));
    expect(unseen.filter(({ words }) => trained.has(words.join(' ')))).toEqual([]);
    const baseline = sentiment.prepare(text, sentiment.settings).baseline;
    expect(Math.abs(baseline - 0.5)).toBeLessThan(0.05);
  });
});
