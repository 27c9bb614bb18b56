/**
 * The address of a set-up: `#cell/optimizer/rate/strategy/strategy?setting=value`.
 *
 * What equals the default is left out: `#rnn/sgd/3/none/global-norm:maxNorm=0.25`.
 *
 * @module
 */

import * as v from 'valibot';
import { catalogue, strategyOf, taskOf, type CatalogueField } from './catalogue.ts';
import { DEFAULT_SETUP, faultIn, schema, STARTS, type Setup } from './setup.ts';

const LONGEST_LINK = 2000;

/** Reads a set-up from the address. An empty address is the default; for a broken one, the message says why. */
export function setupFrom(hash: string): { setup: Setup; problem?: string } {
  const text = hash.replace(/^#/, '');
  if (text === '') return { setup: DEFAULT_SETUP };
  try {
    if (text.length > LONGEST_LINK) throw new RangeError(`it is longer than ${LONGEST_LINK} characters`);
    return { setup: parse(decoded(text)) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return {
      setup: DEFAULT_SETUP,
      problem: `This link does not hold a set-up: ${error.message}. Here is the default instead.`,
    };
  }
}

/** Returns the address of a set-up. */
export function hashOf(setup: Setup): string {
  const { task, cell, optimizer, learningRate, strategies, steps, seed, backend, settings } = setup;
  const standard = settingsOf(task);
  const query = new URLSearchParams();
  if (task !== DEFAULT_SETUP.task) query.set('task', task);
  for (const [name, value] of Object.entries(settings)) {
    if (value !== standard[name]) query.set(name, String(value));
  }
  for (const [name, value] of Object.entries({ steps, seed, backend })) {
    if (value !== DEFAULT_SETUP[name as 'steps']) query.set(name, String(value));
  }
  const path = [cell, optimizer, learningRate, ...strategies.map(specText)].join('/');
  return `#${path}${query.size === 0 ? '' : `?${query.toString()}`}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RangeError('it has a broken escape');
  }
}

function parse(text: string): Setup {
  const cut = text.indexOf('?');
  const [cell, optimizer, learningRate, ...strategies] = (cut < 0 ? text : text.slice(0, cut)).split('/');
  const given = new Map(new URLSearchParams(cut < 0 ? '' : text.slice(cut + 1)));
  const take = (name: string, standard: string | number): string | number => {
    const value = given.get(name) ?? standard;
    given.delete(name);
    return typeof standard === 'number' ? numberFrom(value) : value;
  };
  const { task, steps, seed, backend } = DEFAULT_SETUP;
  const parts = { task: take('task', task), steps: take('steps', steps), seed: take('seed', seed) };
  const settings = { ...settingsOf(String(parts.task)) };
  const chosen = take('backend', backend);
  for (const [name, value] of given) {
    if (!Object.hasOwn(settings, name)) throw new RangeError('it has a setting that the task does not have');
    settings[name] = numberFrom(value);
  }
  const result = v.safeParse(schema, {
    ...parts,
    cell,
    optimizer,
    learningRate: numberFrom(learningRate ?? ''),
    backend: chosen,
    settings,
    strategies: strategies.map(specFrom),
  });
  if (!result.success) throw new RangeError(faultIn(result.issues[0]));
  return result.output;
}

/** The settings with which a task starts on this page. */
function settingsOf(task: string): Record<string, number> {
  const known = catalogue.tasks.some(({ id }) => id === task);
  return known ? { ...taskOf(task).settings, ...STARTS[task]?.settings } : {};
}

function numberFrom(text: string | number): number {
  return text === '' ? NaN : Number(text);
}

function specText({ id, options = {} }: Setup['strategies'][number]): string {
  const { options: standard } = strategyOf(id);
  const changed = Object.entries(options).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(standard[name]),
  );
  return changed.length === 0 ? id : `${id}:${changed.map(([name, value]) => `${name}=${String(value)}`).join(',')}`;
}

function specFrom(text: string): Setup['strategies'][number] {
  const [id = '', list] = text.split(':', 2);
  if (list === undefined) return { id };
  const fields = catalogue.strategies.find((one) => one.id === id)?.fields;
  // The check of the set-up says which strategies there are.
  if (fields === undefined) return { id: id as Setup['strategies'][number]['id'] };
  const options = list.split(',').map((part) => {
    const [name = '', value = ''] = part.split('=', 2);
    if (!Object.hasOwn(fields, name)) {
      const names = Object.keys(fields);
      const known = names.length === 0 ? 'no options' : `only the options ${names.join(', ')}`;
      throw new RangeError(`${id} has ${known}`);
    }
    return [name, optionFrom(fields[name]!, value)] as const;
  });
  return { id, options: Object.fromEntries(options) };
}

function optionFrom({ kind, choices, nullable }: CatalogueField, text: string): unknown {
  if (nullable === true && text === 'null') return null;
  if (kind === 'flag') return text === 'true' ? true : text === 'false' ? false : text;
  return kind === 'choice' ? choices?.find((one) => String(one) === text) : numberFrom(text);
}
