import { describe, expect, it } from 'vitest';
import { parseSettings } from '../../../lab/tasks/_settings.ts';

const defaults = { units: 8, window: 20, column: '', missing: 'refuse' };
const rules = { minimums: { window: 2 }, choices: { missing: ['refuse', 'skip'] } };

describe('the settings of a task', () => {
  it('replace their defaults, and names may look like numbers', () => {
    expect(parseSettings({ units: 3, column: 2024, missing: 'skip' }, defaults, rules)).toEqual({
      units: 3,
      window: 20,
      column: '2024',
      missing: 'skip',
    });
  });

  it.each([
    [{ units: 0 }, 'The setting `units` must be a whole number of at least 1; received 0.'],
    [{ window: 1 }, 'The setting `window` must be a whole number of at least 2; received 1.'],
    [{ units: 'many' }, 'The setting `units` must be a whole number of at least 1; received many.'],
    [{ units: 1e9 }, 'The setting `units` must be at most 4096; received 1000000000.'],
    [{ window: 1e9 }, 'The setting `window` must be at most 100000; received 1000000000.'],
    [{ missing: 'ignore' }, 'The setting `missing` must be one of `refuse`, `skip`; received ignore.'],
  ])('are rejected: %o', (settings, message) => {
    expect(() => parseSettings(settings, defaults, rules)).toThrow(message);
  });
});
