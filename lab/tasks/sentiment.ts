/**
 * Sentiment: classify a sentence as praise or complaint.
 *
 * Data: Kotzias, Denil, de Freitas & Smyth (2015), "From Group to Individual Labels using Deep Features", KDD:
 * 1000 sentences each from reviews of products, films and restaurants, half of them positive.
 *
 * @module
 */

import * as tf from '@tensorflow/tfjs';
import { LabError } from '../errors.ts';
import { deriveSeed, randomIntegers } from '../random.ts';
import { defineTask, type Batch } from './_task.ts';
import {
  measureAccuracy,
  predictClasses,
  toBatches,
  createCrossEntropyLoss,
  majorityAccuracy,
} from './_classification.ts';
import { createOutputLayer } from './_model.ts';
import { createVocabulary, encodeSentence, measureVocabularyCoverage, parseSentences } from './_sentences.ts';
import { countClasses, createDataReport, sizesOf } from './_data-report.ts';
import { parseSettings } from './_settings.ts';
import { splitExamples, takeScored } from './_split.ts';

const MIN_SENTENCES = 50;

const DEFAULTS = {
  units: 32,
  words: 30,
  embedding: 32,
  vocabulary: 2000,
  batch: 32,
  scored: 5000,
  text: '',
  label: '',
  quotes: 'yes',
  missing: 'refuse',
};

/** The sentiment task. Input: word ids [batch, words]; output: a class. */
export const sentiment = defineTask({
  id: 'sentiment',
  title: 'Sentiment of a sentence',
  about: 'Read a sentence from a review and classify it as praise or complaint.',
  dataset: {
    id: 'sentiment-labelled-sentences',
    title: 'Sentiment Labelled Sentences (Kotzias et al., 2015): Amazon, IMDb and Yelp',
    licence: 'CC BY 4.0; package MIT',
    url: 'https://archive.ics.uci.edu/dataset/331/sentiment+labelled+sentences',
  },
  dataFile: 'a CSV or TSV file with the columns `text` and `label`',
  settings: DEFAULTS,
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
    const { units, words, embedding, batch, scored, ...options } = parseSettings(settings, DEFAULTS, {
      choices: { quotes: ['yes', 'no'], missing: ['refuse', 'skip'] },
    });
    const { labels, sentences, read, dropped } = parseSentences(data, {
      text: options.text,
      label: options.label,
      quotes: options.quotes,
      skipMissing: options.missing === 'skip',
    });
    if (sentences.length < MIN_SENTENCES) {
      throw new LabError(
        `The file has ${sentences.length} different texts. At least ${MIN_SENTENCES} are required. Use a longer file.`,
      );
    }
    const parts = splitExamples(sentences);
    const { training } = parts;
    const vocabulary = createVocabulary(training, options.vocabulary);
    const held = takeScored(parts, scored);
    const toBatch = (some: readonly (typeof training)[number][]): Batch => ({
      x: tf.tensor2d(Int32Array.from(some.flatMap((one) => [...encodeSentence(one, vocabulary, words)])), [
        some.length,
        words,
      ]),
      y: tf.tensor1d(
        Int32Array.from(some, ({ label }) => label),
        'int32',
      ),
    });
    return {
      baseline: majorityAccuracy(training, held.test),
      trivialLoss: Math.log(labels.length),
      dataReport: createDataReport({
        unit: 'texts',
        read,
        dropped,
        changed: [
          {
            what: `were cut to their last ${words} words`,
            count: sentences.filter((one) => one.words.length > words).length,
            advice: `Set words=${sentences.reduce((most, one) => Math.max(most, one.words.length), 0)} to read all.`,
          },
        ],
        partUnit: 'texts',
        parts: sizesOf(parts),
        scored: { validation: held.validation.length, test: held.test.length },
        classes: countClasses(sentences.map(({ label }) => labels[label]!)),
        coverage: [
          {
            of: 'words',
            size: vocabulary.size,
            share: measureVocabularyCoverage(parts.test, vocabulary),
            warnBelow: 0.7,
            advice: 'Set a larger vocabulary, or use more texts.',
          },
        ],
      }),
      model: (cell, seed) =>
        tf.sequential({
          layers: [
            tf.layers.embedding({
              name: 'embedding',
              inputDim: vocabulary.size + 2,
              outputDim: embedding,
              inputLength: words,
              embeddingsInitializer: tf.initializers.randomUniform({
                minval: -0.05,
                maxval: 0.05,
                seed: deriveSeed(seed, 'embedding'),
              }),
            }),
            cell.layer({ units, seed: deriveSeed(seed, 'cell'), returnSequences: false }),
            createOutputLayer(labels.length, seed),
          ],
        }),
      batch: (step, seed) =>
        toBatch(randomIntegers(batch, training.length, seed, 'batch', step).map((index) => training[index]!)),
      loss: createCrossEntropyLoss(labels.length),
      evaluate: (model, part) => measureAccuracy(model, toBatches(held[part], toBatch)),
      predict: (model) => predictClasses(model, toBatches(held.test, toBatch), labels),
    };
  },
});
