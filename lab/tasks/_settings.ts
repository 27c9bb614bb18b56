import { LabError } from '../errors.ts';
import type { Settings } from './_task.ts';

/**
 * Checks that every setting is a whole number and large enough.
 *
 * @param least the smallest value by name; 1 for those not named
 * @throws LabError naming the setting and what came
 */
export function checkSettings(settings: Settings, least: Settings = {}): void {
  for (const [name, value] of Object.entries(settings)) {
    const atLeast = least[name] ?? 1;
    if (!(Number.isInteger(value) && value >= atLeast)) {
      throw new LabError(`The setting \`${name}\` must be a whole number of at least ${atLeast}; received ${value}.`);
    }
  }
}
