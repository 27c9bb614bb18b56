/**
 * Sends runs to an MLflow tracking server through its REST API, version 2.0.
 *
 * @see https://mlflow.org/docs/latest/rest-api.html#log-batch for the limits
 * @module
 */

import { LabError } from '../errors.ts';
import type { Run } from '../run/record.ts';
import type { MetricSink } from './sink.ts';

/** Credentials: a token, or a user name and a password. */
export interface MlflowCredentials {
  readonly token?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

const METRICS_PER_BATCH = 1000;
const MAX_PARAM_LENGTH = 500;
const MAX_PARAMS = 100;

interface Metric {
  readonly key: string;
  readonly value: number | string;
  readonly timestamp: number;
  readonly step: number;
}

/**
 * Creates a sink that sends each run to the experiment `gradclip` of a server, unless it is already finished there.
 *
 * @throws LabError with the server's message, which never contains credentials
 */
export function createMlflowSink(server: string, credentials: MlflowCredentials, now = Date.now()): MetricSink {
  const call = createClient(server, credentials);
  return {
    async write(runs) {
      const experiment = await findOrCreateExperiment(call);
      let [sent, total] = [0, 0];
      for (const run of runs) {
        total += 1;
        const filter = `tags.gradclip_run = '${run.start.id}' and attributes.status = 'FINISHED'`;
        const existing = await call('POST', 'runs/search', { experiment_ids: [experiment], filter, max_results: 1 });
        if (Array.isArray(existing['runs']) && existing['runs'].length > 0) continue;
        await sendRun(call, experiment, run, now);
        sent += 1;
      }
      return `${sent} of ${total} runs sent, ${total - sent} already there`;
    },
  };
}

type Call = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<Record<string, unknown>>;

async function findOrCreateExperiment(call: Call): Promise<string> {
  try {
    const { experiment } = await call('GET', 'experiments/get-by-name?experiment_name=gradclip');
    return (experiment as { experiment_id: string }).experiment_id;
  } catch (error) {
    if (!(error instanceof LabError) || !error.message.includes('RESOURCE_DOES_NOT_EXIST')) throw error;
    return (await call('POST', 'experiments/create', { name: 'gradclip' }))['experiment_id'] as string;
  }
}

async function sendRun(call: Call, experiment: string, run: Run, now: number): Promise<void> {
  const { start, end } = run;
  const { cell, strategy, learningRate, seed } = start.config;
  const created = await call('POST', 'runs/create', {
    experiment_id: experiment,
    start_time: now,
    run_name: `${cell} ${strategy.id} ${learningRate} ${seed}`,
    tags: [
      { key: 'gradclip_run', value: start.id },
      { key: 'outcome', value: end.outcome },
    ],
  });
  const { run_id } = (created['run'] as { info: { run_id: string } }).info;
  await call('POST', 'runs/log-batch', { run_id, params: toParams(run) });
  const metrics = toMetrics(run, now);
  for (let from = 0; from < metrics.length; from += METRICS_PER_BATCH) {
    await call('POST', 'runs/log-batch', { run_id, metrics: metrics.slice(from, from + METRICS_PER_BATCH) });
  }
  await call('POST', 'runs/update', { run_id, status: 'FINISHED', end_time: Math.round(now + end.ms) });
}

function toParams({ start: { config } }: Run): { key: string; value: string }[] {
  const { strategy, settings, ...rest } = config;
  const all = { ...rest, ...settings, strategy: strategy.id, options: JSON.stringify(strategy.options) };
  const params = Object.entries(all).map(([key, value]) => ({ key, value: String(value).slice(0, MAX_PARAM_LENGTH) }));
  return params.slice(0, MAX_PARAMS);
}

function toMetrics({ steps, end }: Run, now: number): Metric[] {
  let at = now;
  const metrics = steps.flatMap(({ step, ms, loss, normBefore, normAfter, clipped }) => {
    at += ms;
    const timestamp = Math.round(at);
    const values = { loss, norm_before: normBefore, norm_after: normAfter, clipped: clipped ? 1 : 0 };
    return Object.entries(values).map(([key, value]) => ({ key, value: toJsonNumber(value), timestamp, step }));
  });
  const scores = (['validation', 'test'] as const).map((key) => {
    return { key, value: toJsonNumber(end[key]), timestamp: Math.round(at), step: end.steps };
  });
  return [...metrics, ...scores];
}

/** JSON has no NaN or infinities. Protocol buffers in JSON write them as strings. */
function toJsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function createClient(server: string, credentials: MlflowCredentials): Call {
  let url: URL;
  try {
    url = new URL(server);
  } catch {
    throw new LabError('The address of MLflow is not a URL. Expected http(s)://host[:port].');
  }
  if (!/^https?:$/.test(url.protocol))
    throw new LabError('The address of MLflow is not an HTTP URL. Expected http(s)://host[:port].');
  const username = decodeURIComponent(url.username) || credentials.username;
  const password = decodeURIComponent(url.password) || credentials.password;
  const base = `${url.origin}${url.pathname.replace(/\/$/, '')}/api/2.0/mlflow/`;
  const basic = username === undefined ? undefined : `Basic ${encodeBase64(`${username}:${password ?? ''}`)}`;
  const authorization = credentials.token === undefined ? basic : `Bearer ${credentials.token}`;
  return async (method, path, body) => {
    let response: Response;
    try {
      response = await fetch(`${base}${path}`, {
        method,
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      const { cause, message } = error as Error;
      throw new LabError(
        `MLflow at ${url.origin} cannot be reached: ${cause instanceof Error ? cause.message : message}.`,
      );
    }
    const text = await response.text();
    if (!response.ok)
      throw new LabError(`MLflow at ${url.origin} rejected ${path}: ${response.status} ${text.slice(0, 300)}`);
    return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  };
}

function encodeBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
