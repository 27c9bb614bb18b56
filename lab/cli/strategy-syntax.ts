import type { StrategySpec } from 'gradclip';
import { LabError } from '../errors.ts';

/**
 * Parses strategies from the command line: `none`, `global-norm:maxNorm=0.25`, `per-value:min=-1,max=1`, or a JSON spec,
 * which can be nested. A word may contain several strategies, separated by commas.
 */
export function parseStrategies(words: readonly string[]): StrategySpec[] {
  return words.flatMap((word) => (word.trimStart().startsWith('{') ? [parseJson(word)] : parseWord(word)));
}

function parseWord(word: string): StrategySpec[] {
  const specs: string[][] = [];
  for (const part of word.split(',')) {
    // Ids contain no "=", so a part with "=" but no ":" belongs to the previous strategy.
    const last = specs.at(-1);
    if (last !== undefined && part.includes('=') && !/^[^=]*:/.test(part)) last.push(part);
    else specs.push([part]);
  }
  return specs.map(([first = '', ...more]) => {
    const [id = '', ...rest] = first.trim().split(':');
    if (id === '')
      throw new LabError(`\`${word}\` contains a strategy without an id. Write id:option=value,option=value.`);
    const assignments = [...(rest.length > 0 ? [rest.join(':')] : []), ...more];
    return assignments.length === 0 ? { id } : { id, options: Object.fromEntries(assignments.map(parseAssignment)) };
  });
}

function parseAssignment(text: string): [string, unknown] {
  const [name = '', ...value] = text.split('=');
  if (name.trim() === '' || value.length === 0) {
    throw new LabError(`\`${text}\` is not an option. Write id:option=value,option=value.`);
  }
  return [name.trim(), parseValue(value.join('=').trim())];
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

function parseJson(text: string): StrategySpec {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new LabError(`\`${text}\` is not valid JSON: ${(error as Error).message}.`);
  }
  if (typeof (value as StrategySpec | null)?.id !== 'string') {
    throw new LabError(`Expected a strategy as {"id": "…", "options": {…}}; received ${text}.`);
  }
  return value as StrategySpec;
}
