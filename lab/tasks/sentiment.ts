/**
 * Sentiment: does a sentence praise or complain?
 *
 * Data: Kotzias, Denil, de Freitas & Smyth (2015), "From Group to Individual Labels using Deep Features", KDD: a
 * thousand sentences each from reviews of products, films and restaurants, half of them positive.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { LabError } from '../errors.ts';
import { randomIntegers } from '../random.ts';
import { defineTask, type Batch } from './_task.ts';
import { accuracy, batchesOf, classLoss, majorityShare } from './_classification.ts';
import { head } from './_model.ts';
import { numbered, sentencesIn, vocabularyOf } from './_sentences.ts';
import { checkSettings } from './_settings.ts';
import { split } from './_split.ts';

const LEAST_SENTENCES = 50;

/** The sentiment task: [batch, words] numbers of words in, one of the classes out. */
export const sentiment = defineTask({
  id: 'sentiment',
  title: 'Sentiment of a sentence',
  about: 'Read a sentence from a review; at its end, say whether it praises or complains.',
  dataset: {
    id: 'sentiment-labelled-sentences',
    title: 'Sentiment Labelled Sentences (Kotzias et al., 2015): Amazon, IMDb and Yelp',
    licence: 'CC BY 4.0; package MIT',
    url: 'https://archive.ics.uci.edu/dataset/331/sentiment+labelled+sentences',
  },
  dataFile: 'a UTF-8 CSV or TSV file with the columns `text` and `label`',
  settings: { units: 32, words: 30, embedding: 32, vocabulary: 2000, batch: 32 },
  metric: { name: 'share of sentences right', better: 'higher' },
  loss: { name: 'cross-entropy in nats', perTrained: 1 },
  knownGood: {
    cell: 'gru',
    optimizer: 'adam',
    learningRate: 0.005,
    strategy: { id: 'global-norm', options: { maxNorm: 1 } },
    steps: 150,
    seed: 1,
    target: 0.7,
  },

  prepare(data, settings) {
    checkSettings(settings);
    const { units = 32, words = 30, embedding = 32, vocabulary: most = 2000, batch = 32 } = settings;
    const { labels, sentences } = sentencesIn(data);
    if (sentences.length < LEAST_SENTENCES) {
      throw new LabError(`There are ${sentences.length} different texts; at least ${LEAST_SENTENCES} are needed.`);
    }
    const { seen, unseen } = split(sentences);
    const vocabulary = vocabularyOf(seen, most);
    const rowsOf = (some: readonly (typeof seen)[number][]): Batch => ({
      x: tf.tensor2d(Int32Array.from(some.flatMap((one) => [...numbered(one, vocabulary, words)])), [
        some.length,
        words,
      ]),
      y: tf.tensor1d(
        Int32Array.from(some, ({ label }) => label),
        'int32',
      ),
    });
    return {
      baseline: majorityShare(seen, unseen),
      trivialLoss: Math.log(labels.length),
      model: (cell, seed) =>
        tf.sequential({
          layers: [
            tf.layers.embedding({
              name: 'embedding',
              inputDim: vocabulary.size + 2,
              outputDim: embedding,
              inputLength: words,
              embeddingsInitializer: tf.initializers.randomUniform({ minval: -0.05, maxval: 0.05, seed: seed + 3 }),
            }),
            cell.layer({ units, seed, returnSequences: false }),
            head(labels.length, seed),
          ],
        }),
      batch: (step, seed) => rowsOf(randomIntegers(batch, seen.length, seed, step).map((index) => seen[index]!)),
      loss: classLoss(labels.length),
      evaluate: (model) => accuracy(model, batchesOf(unseen, rowsOf)),
    };
  },
});
