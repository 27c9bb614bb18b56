import { LabError } from '../errors.ts';
import type { Settings } from './_task.ts';

/**
 * Asserts that every setting is a whole number and large enough.
 *
 * @param minimums the smallest values by name; 1 for all others
 * @throws LabError that names the setting and its value
 */
export function assertSettings(settings: Settings, minimums: Settings = {}): void {
  for (const [name, value] of Object.entries(settings)) {
    const minimum = minimums[name] ?? 1;
    if (!(Number.isInteger(value) && value >= minimum)) {
      throw new LabError(`The setting \`${name}\` must be a whole number of at least ${minimum}; received ${value}.`);
    }
  }
}
