import { readdirSync, readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const folder = new URL('../../examples/', import.meta.url);
const examples = readdirSync(folder).filter((name) => /^\d\d-.*\.ts$/.test(name));

beforeEach(async () => {
  await tf.setBackend('cpu');
});

afterEach(() => {
  vi.restoreAllMocks();
  tf.disposeVariables();
});

describe('examples', () => {
  it('are numbered without gaps and listed in the index in that order', () => {
    const all = readdirSync(folder).filter((name) => /^\d\d-/.test(name));
    expect(all.map((name) => Number(name.slice(0, 2)))).toEqual(all.map((_, place) => place + 1));
    const index = readFileSync(new URL('README.md', folder), 'utf8');
    const linked = [...index.matchAll(/^\| \[(\d\d)\]\(([^/)]+)/gm)];
    expect(linked.map(([, , target]) => target)).toEqual(all);
    expect(linked.map(([, number]) => number)).toEqual(all.map((name) => name.slice(0, 2)));
  });

  it.each(examples)('%s is short, runs and prints something', async (name) => {
    expect(readFileSync(new URL(name, folder), 'utf8').split('\n').length).toBeLessThanOrEqual(46);
    const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    await import(new URL(name, folder).href);
    expect(print).toHaveBeenCalled();
    const printed = print.mock.calls.flat().join('\n');
    expect(printed).not.toContain('undefined');
    // Only an unclipped loss may be NaN.
    expect(printed.replaceAll(/had NaN or Infinity|^loss without clipping: .*$/gm, '')).not.toContain('NaN');
  });
});
