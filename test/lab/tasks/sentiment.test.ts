import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { gru } from '../../../lab/cells/gru.ts';
import { loadData } from '../../../lab/node/data/load-data.ts';
import { encodeSentence, parseSentences, createVocabulary, splitWords } from '../../../lab/tasks/_sentences.ts';
import { splitExamples } from '../../../lab/tasks/_split.ts';
import { sentiment } from '../../../lab/tasks/sentiment.ts';
import { createZeroModel, describeProblem, shareRight } from './problem.ts';

beforeAll(() => tf.setBackend('cpu'));

/** Finds the columns by common names. */
const AUTO = { text: '', label: '', quotes: 'yes', skipMissing: false };

describe('sentences as numbers', () => {
  it('are split into words in lower case, with ! and ?', () => {
    expect(splitWords("Don’t  buy THIS, it's bad!! 10/10? Crème")).toEqual([
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

  it('assign ids by frequency to words that occur twice, and pad and truncate at the start', () => {
    const sentences = ['b a b', 'a b c', 'd'].map((text) => ({ words: text.split(' '), label: 0 }));
    const vocabulary = createVocabulary(sentences, 10);
    expect([...vocabulary]).toEqual([
      ['b', 2],
      ['a', 3],
    ]);
    expect([...createVocabulary(sentences, 1)]).toEqual([['b', 2]]);
    expect([...encodeSentence(sentences[1]!, vocabulary, 5)]).toEqual([0, 0, 3, 2, 1]);
    expect([...encodeSentence(sentences[1]!, vocabulary, 2)]).toEqual([2, 1]);
  });

  it('come from the columns named text and label, without duplicates', () => {
    const text = 'Label,id,Text\ngood,1,"Fine, really"\nbad,2,Awful.\n\nbad,3,fine really!\nbad,4,FINE REALLY\n';
    expect(parseSentences(text, AUTO)).toMatchObject({
      read: 4,
      labels: ['bad', 'good'],
      sentences: [
        { words: ['fine', 'really'], label: 1 },
        { words: ['awful'], label: 0 },
        { words: ['fine', 'really', '!'], label: 0 },
      ],
    });
    expect(parseSentences('sentence\tclass\nHe said "no"\t0\nYes\t1\n', AUTO).labels).toEqual(['0', '1']);
  });

  it.each([
    [
      'other columns',
      'a,b\nx,y',
      'Which columns are the text and the label? The header has `a`, `b`. Set text=COLUMN and label=COLUMN.',
    ],
    [
      'no text',
      'text,label\nx,1\n,0\n',
      'Line 3: `text` is empty. Write it, or set missing=skip to leave such rows out.',
    ],
    [
      'a quote that does not end',
      'text\tlabel\n"Fine" they said\t1\nx\t0\n',
      'Line 2: a quote within a quoted cell is single. Write it twice, or set quotes=no if quotes are part of the texts.',
    ],
    ['no label', 'text,label\nx,1\ny,\n', 'Line 3: `label` is empty.'],
    ['one label', 'text,label\nx,1\ny,1\n', 'Every text has the label `1`. At least two labels are required.'],
    [
      'a label for each text',
      `text,label\n${Array.from({ length: 51 }, (_, index) => `word${index},label${index}`).join('\n')}`,
      'The column `label` has 51 different labels. At most 50 are allowed.',
    ],
  ])('are rejected with %s', (_, text, message) => {
    expect(() => parseSentences(text, AUTO)).toThrow(message);
  });

  it.each([
    ['Kaggle', 'Review, Liked\nfine,1\nawful,0\n', {}],
    ['pandas', ',text,polarity\n0,fine,1\n1,awful,0\n', {}],
    ['another language', 'id;Bewertung;Note\n7;fine;1\n8;awful;0\n', { text: 'Bewertung', label: 'note' }],
    ['texts with quotes', 'Review\tLiked\nfine\t1\n"awful"\t0\n', { quotes: 'no' }],
    ['missing values', 'text,label\nfine,1\n,0\nlost,\nawful,0\n', { skipMissing: true }],
  ])('come from a table of %s', (_, text, options) => {
    const { sentences, labels } = parseSentences(text, { ...AUTO, ...options });
    expect(labels).toEqual(['0', '1']);
    expect(sentences).toEqual([
      { words: ['fine'], label: 1 },
      { words: ['awful'], label: 0 },
    ]);
  });

  it('keep a quote that begins a cell without ending it, if quotes are characters', () => {
    const text = 'text\tlabel\n"Fine" they said\t1\n5" is too short\t0\n';
    expect(parseSentences(text, { ...AUTO, quotes: 'no' }).sentences.map(({ words }) => words)).toEqual([
      ['fine', 'they', 'said'],
      ['5', 'is', 'too', 'short'],
    ]);
  });

  it('of scripts without spaces are split into words', () => {
    // The words come from the dictionary of the platform; these are in every version.
    expect(splitWords('我喜欢电影！OK?')).toEqual(['我', '喜欢', '电影', '!', 'ok', '?']);
    expect(splitWords('หนังสือดีมาก').length).toBeGreaterThan(1);
  });

  it('count what was left out', () => {
    const text = 'text,label\nfine,1\nFine,1\nfine.,0\n,0\nawful,0\n';
    const { read, dropped, sentences } = parseSentences(text, { ...AUTO, skipMissing: true });
    expect(dropped.map(({ count }) => count)).toEqual([1, 1, 1]);
    expect(read).toBe(dropped.reduce((sum, { count }) => sum + count, sentences.length));
  });

  it('are rejected if there are too few', () => {
    const few = `text,label\n${Array.from({ length: 30 }, (_, index) => `word${index},${index % 2}`).join('\n')}`;
    expect(() => sentiment.prepare(few, sentiment.settings)).toThrow(
      'The file has 30 different texts. At least 50 are required.',
    );
  });
});

describe('sentiment', () => {
  // Two thirds say yes; every sentence has a unique word.
  const rows = Array.from({ length: 90 }, (_, index) => (index % 3 === 0 ? `no word${index},0` : `yes word${index},1`));
  const problem = sentiment.prepare(`text,label\n${rows.join('\n')}`, {
    units: 3,
    words: 4,
    embedding: 3,
    vocabulary: 9,
    batch: 8,
  });
  describeProblem(problem, { x: [8, 4], y: [8] }, shareRight);

  it('encodes known words and the label of a sentence', () => {
    const { x, y } = problem.batch(0, 1);
    const labels = y.dataSync();
    // `yes` is more frequent than `no`; the other words occur but once.
    (x.arraySync() as number[][]).forEach((row, index) => expect(row).toEqual([0, 0, labels[index] === 1 ? 2 : 3, 1]));
  });

  it('reports what was read', () => {
    const long = Array.from({ length: 3 }, (_, index) => `a b c d e word${index}x,1`);
    const text = `text,label\n${[...rows, ...long, 'no word0,0'].join('\n')}`;
    const report = sentiment.prepare(text, { ...sentiment.settings, words: 4 }).dataReport!;
    expect(report).toMatchObject({
      unit: 'texts',
      read: 94,
      dropped: [{ what: 'were dropped: the same words as an earlier text', count: 1 }],
      changed: [{ what: 'were cut to their last 4 words', count: 3, advice: 'Set words=6 to read all.' }],
      parts: { training: 65, validation: 14, test: 14 },
      classes: { 0: 30, 1: 63 },
    });
    expect(report.warnings).toContain('3.2 % of the texts were cut to their last 4 words. Set words=6 to read all.');
  });

  it('has the accuracy of the majority label as its baseline', async () => {
    const { test } = splitExamples(parseSentences(`text,label\n${rows.join('\n')}`, AUTO).sentences);
    const share = test.filter(({ label }) => label === 1).length / test.length;
    expect(problem.baseline).toBeCloseTo(share, 12);
    expect((await problem.evaluate(createZeroModel(problem, gru), 'test')).value).toBeCloseTo(1 - share, 6);
  });
});

describe('the built-in sentences', () => {
  it('are about half positive, without empty rows and duplicates', async () => {
    const { text } = await loadData(sentiment, undefined);
    const { labels, sentences } = parseSentences(text, AUTO);
    expect(labels).toEqual(['0', '1']);
    expect(text.includes('to plug it in here in the US unless I go by a converter.,0')).toBe(true);
    expect(sentences.length).toBeGreaterThan(2900);
    expect(sentences.length).toBeLessThan(3000);
    const keys = sentences.map(({ words }) => words.join(' '));
    expect(new Set(keys).size).toBe(keys.length);

    const { training, validation, test } = splitExamples(sentences);
    expect(validation.length / sentences.length).toBeCloseTo(0.15, 2);
    expect(test).toHaveLength(validation.length);
    const trained = new Set(training.map(({ words }) => words.join(' ')));
    expect([...validation, ...test].filter(({ words }) => trained.has(words.join(' ')))).toEqual([]);
    const baseline = sentiment.prepare(text, sentiment.settings).baseline;
    expect(Math.abs(baseline - 0.5)).toBeLessThan(0.05);
  });
});
