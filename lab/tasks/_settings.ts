import { LabError } from '../errors.ts';
import type { Settings } from './_task.ts';

/** The settings of a task, each of the same type as its default. */
export type ParsedSettings<Defaults extends Settings> = {
  readonly [Name in keyof Defaults]: Defaults[Name] extends number ? number : string;
};

/** The rules for the values of settings. */
export interface SettingRules {
  /** The smallest values of numbers, by name; 1 for all others. */
  readonly minimums?: Readonly<Record<string, number>>;
  /** The permitted values of texts, by name; any text for all others. */
  readonly choices?: Readonly<Record<string, readonly string[]>>;
}

/** The largest values of settings. Larger models do not fit into the memory of WebAssembly; `scored` allocates nothing. */
const MAXIMUMS: Readonly<Record<string, number>> = { units: 4096, embedding: 4096, batch: 10_000, scored: Infinity };

/** The largest value of every other number. */
const MAXIMUM = 100_000;

/**
 * Merges settings into their defaults. Numbers must be whole.
 *
 * @throws LabError that names the setting and its value
 */
export function parseSettings<Defaults extends Settings>(
  settings: Settings,
  defaults: Defaults,
  { minimums = {}, choices = {} }: SettingRules = {},
): ParsedSettings<Defaults> {
  const parsed = Object.entries({ ...defaults, ...settings }).map(([name, value]): [string, number | string] => {
    const reject = (rule: string): never => {
      throw new LabError(`The setting \`${name}\` must be ${rule}; received ${value}.`);
    };
    if (typeof defaults[name] === 'string') {
      // A name such as that of the column `2024` looks like a number.
      const text = String(value);
      const permitted = choices[name];
      if (permitted && !permitted.includes(text)) {
        reject(`one of ${permitted.map((choice) => `\`${choice}\``).join(', ')}`);
      }
      return [name, text];
    }
    const minimum = minimums[name] ?? 1;
    if (!(Number.isInteger(value) && (value as number) >= minimum)) reject(`a whole number of at least ${minimum}`);
    const maximum = MAXIMUMS[name] ?? MAXIMUM;
    if ((value as number) > maximum) reject(`at most ${maximum}`);
    return [name, value];
  });
  return Object.fromEntries(parsed) as ParsedSettings<Defaults>;
}
