/**
 * MLflow's tracking server, by its REST interface (version 2.0).
 *
 * @see https://mlflow.org/docs/latest/rest-api.html#log-batch for its limits
 * @module
 */

import { LabError } from '../errors.ts';
import type { Run } from '../record.ts';
import type { MetricSink } from './sink.ts';

/** How to be let in: by a token, or by name and password. */
export interface MlflowCredentials {
  readonly token?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

const METRICS_AT_ONCE = 1000;
const LONGEST_PARAM = 500;
const MOST_PARAMS = 100;

interface Metric {
  readonly key: string;
  readonly value: number | string;
  readonly timestamp: number;
  readonly step: number;
}

/**
 * A run on the server for every run, in the experiment `gradclip`; one that was finished there before is left as it is.
 *
 * @throws LabError with what the server said; credentials never appear in it
 */
export function mlflowSink(server: string, credentials: MlflowCredentials, now = Date.now()): MetricSink {
  const call = caller(server, credentials);
  return {
    async take(runs) {
      const experiment = await experimentId(call);
      let sent = 0;
      for (const run of runs) {
        const filter = `tags.gradclip_run = '${run.start.id}' and attributes.status = 'FINISHED'`;
        const there = await call('POST', 'runs/search', { experiment_ids: [experiment], filter, max_results: 1 });
        if (Array.isArray(there['runs']) && there['runs'].length > 0) continue;
        await send(call, experiment, run, now);
        sent += 1;
      }
      return `${sent} runs, ${runs.length - sent} of ${runs.length} were there already`;
    },
  };
}

type Call = (method: 'GET' | 'POST', path: string, body?: unknown) => Promise<Record<string, unknown>>;

async function experimentId(call: Call): Promise<string> {
  try {
    const { experiment } = await call('GET', 'experiments/get-by-name?experiment_name=gradclip');
    return (experiment as { experiment_id: string }).experiment_id;
  } catch (error) {
    if (!(error instanceof LabError) || !error.message.includes('RESOURCE_DOES_NOT_EXIST')) throw error;
    return (await call('POST', 'experiments/create', { name: 'gradclip' }))['experiment_id'] as string;
  }
}

async function send(call: Call, experiment: string, run: Run, now: number): Promise<void> {
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
  await call('POST', 'runs/log-batch', { run_id, params: paramsOf(run) });
  const metrics = metricsOf(run, now);
  for (let from = 0; from < metrics.length; from += METRICS_AT_ONCE) {
    await call('POST', 'runs/log-batch', { run_id, metrics: metrics.slice(from, from + METRICS_AT_ONCE) });
  }
  await call('POST', 'runs/update', { run_id, status: 'FINISHED', end_time: Math.round(now + end.ms) });
}

function paramsOf({ start: { config } }: Run): { key: string; value: string }[] {
  const { strategy, settings, ...rest } = config;
  const all = { ...rest, ...settings, strategy: strategy.id, options: JSON.stringify(strategy.options) };
  const params = Object.entries(all).map(([key, value]) => ({ key, value: String(value).slice(0, LONGEST_PARAM) }));
  return params.slice(0, MOST_PARAMS);
}

function metricsOf({ steps, end }: Run, now: number): Metric[] {
  let at = now;
  const metrics = steps.flatMap(({ step, ms, loss, normBefore, normAfter, clipped }) => {
    at += ms;
    const timestamp = Math.round(at);
    const values = { loss, norm_before: normBefore, norm_after: normAfter, clipped: clipped ? 1 : 0 };
    return Object.entries(values).map(([key, value]) => ({ key, value: jsonNumber(value), timestamp, step }));
  });
  return [...metrics, { key: 'metric', value: jsonNumber(end.metric), timestamp: Math.round(at), step: end.steps }];
}

/** JSON has no NaN and no infinities; protocol buffers in JSON write them as these strings. */
function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function caller(server: string, credentials: MlflowCredentials): Call {
  let url: URL;
  try {
    url = new URL(server);
  } catch {
    throw new LabError('The address of MLflow is not a URL. It must be http(s)://host[:port].');
  }
  if (!/^https?:$/.test(url.protocol)) throw new LabError('The address of MLflow must begin with http:// or https://.');
  const username = decodeURIComponent(url.username) || credentials.username;
  const password = decodeURIComponent(url.password) || credentials.password;
  const base = `${url.origin}${url.pathname.replace(/\/$/, '')}/api/2.0/mlflow/`;
  const basic = username === undefined ? undefined : `Basic ${base64(`${username}:${password ?? ''}`)}`;
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
      throw new LabError(`MLflow at ${url.origin} refused ${path}: ${response.status} ${text.slice(0, 300)}`);
    return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  };
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
