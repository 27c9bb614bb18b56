import { describe, expect, it } from 'vitest';
import { customizeGrid, describeBudget } from '../../lab/cli/custom-grid.ts';
import { quick } from '../../lab/experiments/quick.ts';

describe('a customized grid', () => {
  it('brings the learning rates, optimizer, steps and settings that are known to learn other tasks', () => {
    const grid = customizeGrid(quick.grid, { tasks: ['adding', 'sentiment'] });
    expect(grid).toMatchObject({
      tasks: ['adding', 'sentiment'],
      optimizers: ['adam'],
      learningRates: { adding: [0.001, 0.0033, 0.01, 0.03], sentiment: [0.0005, 0.0017, 0.005, 0.015] },
      steps: { adding: 400, sentiment: 150 },
      settings: [{ units: 32, length: 30 }],
      tuning: quick.grid.tuning,
    });
  });

  it('adds settings to those of the grid', () => {
    expect(customizeGrid(quick.grid, {}, { units: 8 }).settings).toEqual([
      { characters: 40, scored: 20_000, units: 8 },
    ]);
  });

  it('has no learning rates for an optimizer that a task is not known with', () => {
    expect(customizeGrid(quick.grid, { tasks: ['adding'], optimizers: ['sgd'] }).learningRates).toEqual({});
  });

  it('compares all learning rates that are listed, and chooses no thresholds for listed strategies', () => {
    expect(customizeGrid(quick.grid, { learningRates: [1, 3] })).not.toHaveProperty('tuning');
    const strategies = [{ id: 'none' }, { id: 'agc' }];
    const grid = customizeGrid({ ...quick.grid, primary: ['global-norm'] }, { strategies });
    expect(grid.tuning).toEqual({ seeds: quick.grid.tuning?.seeds });
    expect(grid).not.toHaveProperty('primary');
  });

  it('keeps the primary strategies that it compares', () => {
    const grid = { ...quick.grid, strategies: [{ id: 'none' }, { id: 'agc' }], primary: ['global-norm', 'agc'] };
    expect(customizeGrid(grid, {}).primary).toEqual(['agc']);
  });

  it('is described by its own budget', () => {
    const grid = customizeGrid(quick.grid, { learningRates: [1, 3, 10], seeds: [1] });
    expect(describeBudget(grid)).toBe(
      'Every strategy runs at the same 3 learning rates with one seed. The rate is chosen on the validation data.',
    );
    expect(describeBudget({ ...quick.grid, primary: ['global-norm'] })).toBe(
      'Each strategy chooses among the same number of settings on the validation data, with 3 tuning seeds. The chosen ' +
        'setting is trained with 8 other seeds. Only these are tested against no clipping: global-norm. For the others, ' +
        'the report shows an interval without a verdict.',
    );
  });
});
