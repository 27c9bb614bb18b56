// Whatever is handed in is accepted, or refused with a ClippingError.
import * as tf from '@tensorflow/tfjs';
import { ClippingError, clipOptimizer, specOf, type ClippingStrategy, type StrategySpec } from 'gradclip';
import { createContainer, TOKENS } from 'gradclip/container';
import { allStrategies } from 'gradclip/strategies';
import fc from 'fast-check';
import { toJson } from '../../src/core/json.ts';
import { trials } from './calls.ts';
import type { Row } from './figures.ts';
import { made } from './hostile.ts';

// The longest list that is handed in takes a fifth of it to walk through.
const LONGEST_MS = 2000;
const LONGEST_MESSAGE = 1000;

const registry = createContainer({ strategies: allStrategies }).get(TOKENS.StrategyRegistry);

interface Outcomes {
  calls: number;
  accepted: number;
  refused: number;
  stepped: number;
  slowestMs: number;
}

/** Makes so many calls, and judges what comes of each; answers a row for each door they came in by, and one of all. */
export function fuzz(calls: number, seed: number): readonly Row[] {
  const doors = new Map<string, Outcomes>();
  const all = none();
  const untouched = prototypes();
  fc.assert(
    fc.property(trials, (trial) => {
      const given = made(trial.given) as readonly unknown[];
      // Of this process, so that a busy machine does not count.
      const before = process.cpuUsage();
      const outcome = outcomeOf(() => trial.run(...given));
      const { user, system } = process.cpuUsage(before);
      const ms = (user + system) / 1000;
      if (ms > LONGEST_MS) throw new Error(`it took ${Math.round(ms)} ms`);
      if (prototypes() !== untouched) throw new Error('it changed a prototype that all objects share');
      const stepped = isStrategy(outcome.made) && isUsable(outcome.made);
      const door = doors.get(trial.door) ?? none();
      doors.set(trial.door, door);
      for (const figures of [door, all]) {
        figures.calls += 1;
        figures[outcome.refused ? 'refused' : 'accepted'] += 1;
        figures.stepped += Number(stepped);
        figures.slowestMs = Math.max(figures.slowestMs, ms);
      }
      (outcome.made as Partial<tf.Optimizer> | undefined)?.dispose?.();
    }),
    { numRuns: calls, seed },
  );
  const rows = [...doors].sort(([, one], [, other]) => other.calls - one.calls);
  return [...rows, ['all', all] as const].map(([door, figures]) => ({
    'handed to': door,
    calls: figures.calls,
    accepted: figures.accepted,
    'refused with a ClippingError': figures.refused,
    'made a strategy that took a step': figures.stepped,
    'slowest call, ms': Math.round(figures.slowestMs),
  }));
}

function none(): Outcomes {
  return { calls: 0, accepted: 0, refused: 0, stepped: 0, slowestMs: 0 };
}

function outcomeOf(run: () => unknown): { readonly refused: boolean; readonly made?: unknown } {
  try {
    return { refused: false, made: run() };
  } catch (error) {
    expectRefusal(error);
    return { refused: true };
  }
}

function expectRefusal(error: unknown): void {
  if (!(error instanceof ClippingError)) throw new Error(`it threw ${String(error)}`, { cause: error });
  if (error.message.length > LONGEST_MESSAGE) throw new Error(`its message has ${error.message.length} characters`);
}

function isStrategy(made: unknown): made is ClippingStrategy {
  return typeof (made as Partial<ClippingStrategy> | undefined)?.clip === 'function';
}

/** Whether it takes a step; if not, it says why. Comes back from JSON, unless it says why not. */
function isUsable(strategy: ClippingStrategy): boolean {
  let stepped = true;
  try {
    step(strategy);
  } catch (error) {
    expectRefusal(error);
    stepped = false;
  }
  let text: string;
  try {
    text = toJson(specOf(strategy));
  } catch (error) {
    expectRefusal(error);
    return stepped;
  }
  const again = toJson(specOf(registry.create(JSON.parse(text) as StrategySpec)));
  if (again !== text) throw new Error(`${text} came back from JSON as ${again}`);
  return stepped;
}

function step(strategy: ClippingStrategy): void {
  const shapes = { 'lstm/kernel': [2, 3], 'dense/bias': [2] };
  const variables = Object.entries(shapes).map(([name, shape]) => tf.variable(tf.ones(shape), true, name));
  const optimizer = clipOptimizer(tf.train.sgd(0.1), strategy);
  try {
    tf.tidy(() => {
      optimizer.applyGradients(variables.map(({ name, shape }) => ({ name, tensor: tf.fill(shape, 3) })));
    });
    for (const variable of variables)
      if (!variable.dataSync().every(Number.isFinite)) throw new Error(`its step made ${variable.name} not finite`);
  } finally {
    optimizer.dispose();
    tf.dispose(variables);
  }
}

/** The names and values of everything that all objects share, as one text. */
function prototypes(): string {
  return [Object, Array, Function, String, Number, Promise, Map, Error]
    .map(({ prototype }) => Reflect.ownKeys(prototype).map(String).join())
    .concat(Reflect.ownKeys(Object).map(String).join())
    .join(';');
}
