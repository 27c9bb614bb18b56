import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runLab } from './screen.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gradclip-predictions-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const compare = (out: string, task: string, ...more: string[]) =>
  runLab(
    ...['compare', '--tasks', task, '--settings', 'units=4', '--cells', 'rnn', '--strategies', 'none'],
    ...['--optimizers', 'sgd', '--learning-rates', '0.01', '--seeds', '1,2', '--steps', '2', '--workers', '0'],
    ...['--out', join(folder, out), ...more],
  );

function readLines(out: string, kind: string): Map<string, Record<string, unknown>[]> {
  const path = join(folder, out, kind);
  return new Map(
    readdirSync(path).map((name) => {
      const lines = readFileSync(join(path, name), 'utf8').trimEnd().split('\n');
      return [name, lines.map((line) => JSON.parse(line) as Record<string, unknown>)];
    }),
  );
}

describe('--save-predictions', () => {
  it('writes truth and prediction of each scored example, and changes neither ids nor records', async () => {
    const saved = await compare('saved', 'stocks', '--save-predictions');
    expect(saved.code, saved.err).toBe(0);
    expect((await compare('plain', 'stocks')).code).toBe(0);
    expect(existsSync(join(folder, 'plain/predictions'))).toBe(false);

    const withoutTimes = (out: string) =>
      [...readLines(out, 'runs')].map(([name, lines]) => [name, lines.map(({ ms: _, ...line }) => line)]);
    expect(withoutTimes('saved')).toEqual(withoutTimes('plain'));
    const predictions = readLines('saved', 'predictions');
    const runs = readLines('saved', 'runs');
    expect([...predictions.keys()]).toEqual([...runs.keys()]);
    for (const [name, rows] of predictions) {
      const squares = rows.map(({ truth, prediction }) => ((truth as number) - (prediction as number)) ** 2);
      const score = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / rows.length);
      expect(score).toBeCloseTo(runs.get(name)?.at(-1)?.['test'] as number, 4);
    }
  });

  it('writes labels of classes', async () => {
    await compare('labels', 'speech', '--save-predictions');
    const [rows = []] = readLines('labels', 'predictions').values();
    expect(new Set(rows.map(({ truth }) => truth)).size).toBe(10);
    expect(rows.every(({ truth, prediction }) => typeof truth === 'string' && typeof prediction === 'string')).toBe(
      true,
    );
  });

  it('writes the text of a task that generates text', async () => {
    await compare('text', 'char-lm', '--save-predictions', '--settings', 'units=4,scored=1000');
    for (const rows of readLines('text', 'predictions').values()) {
      expect(rows).toEqual([{ sample: expect.any(String) as string }]);
    }
  });

  it('says which finished runs have none, and writes none for diverged runs', async () => {
    await compare('late', 'adding');
    const { err } = await compare('late', 'adding', '--save-predictions');
    expect(err).toContain(
      '2 of these have no predictions, because they diverged or were finished without --save-predictions. To train them again, use another --out.\n',
    );
    await compare('diverged', 'adding', '--learning-rates', '1e30', '--save-predictions');
    expect(existsSync(join(folder, 'diverged/predictions'))).toBe(false);
  });

  it('is refused with Redis, whose workers keep no files', async () => {
    const { code, err } = await compare('redis', 'adding', '--save-predictions', '--redis', 'redis://localhost');
    expect([code, err]).toEqual([2, '--save-predictions needs runs on this machine. Remove --redis.\n']);
  });
});
