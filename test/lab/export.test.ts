import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetReadObjects } from 'hyparquet';
import Papa from 'papaparse';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createCsvSink } from '../../lab/export/csv.ts';
import { createMlflowSink } from '../../lab/export/mlflow.ts';
import { createParquetSink } from '../../lab/export/parquet.ts';
import { crc32c, encodeEvents, encodeRecord, maskedCrc } from '../../lab/export/tensorboard.ts';
import { ResultsFolder } from '../../lab/node/results-folder.ts';
import { toLine, type Run } from '../../lab/run/record.ts';
import { runOf, stepLine } from './fixtures.ts';
import { runLab } from './screen.ts';

const steps = [stepLine(0, { threshold: 0.25, clipped: true }), stepLine(1, { loss: NaN, normBefore: Infinity })];
const plain = runOf({ data: '=1+1' }, { score: 3.5 }, steps);
const diverged = runOf({ seed: 2 }, { outcome: 'diverged', divergedAt: 1, score: -Infinity }, [stepLine(0)]);
const runs: Run[] = [plain, diverged].map((run, index) => ({ ...run, start: { ...run.start, id: `run${index}` } }));

/** Runs a sink and returns the files it writes, by name. */
async function exportTo(sink: typeof createCsvSink): Promise<Map<string, string | Uint8Array>> {
  const files = new Map<string, string | Uint8Array>();
  await sink(
    (name, content) => void files.set(name, content instanceof Uint8Array ? content : [...content].join('')),
  ).write(runs);
  return files;
}

describe('parquet', () => {
  const read = async (name: string): Promise<Record<string, unknown>[]> => {
    const bytes = (await exportTo(createParquetSink)).get(name) as Uint8Array;
    return parquetReadObjects({ file: Uint8Array.from(bytes).buffer });
  };

  it('preserves every step, NaN, infinities and missing values', async () => {
    const rows = await read('steps.parquet');
    expect(rows).toHaveLength(3);
    expect(rows[0]).toEqual({ ...withoutType(steps[0]), run: 'run0' });
    expect(rows[1]).toEqual({ ...withoutType(steps[1]), run: 'run0', threshold: null });
    expect(rows[2]).toMatchObject({ run: 'run1', step: 0, skipped: false });
  });

  it('preserves configurations and outcomes', async () => {
    const [first, second] = await read('runs.parquet');
    expect(first).toMatchObject({
      run: 'run0',
      strategy: 'none',
      options: '{}',
      seed: 1,
      validation: 3.5,
      test: 3.5,
      divergedAt: null,
    });
    expect(second).toMatchObject({ run: 'run1', seed: 2, outcome: 'diverged', divergedAt: 1, test: -Infinity });
  });

  function withoutType(step: unknown): Record<string, unknown> {
    const { type: _, ...rest } = step as Record<string, unknown>;
    return rest;
  }
});

describe('csv', () => {
  it('preserves values and escapes text that a spreadsheet would execute', async () => {
    const files = await exportTo(createCsvSink);
    const rows = Papa.parse<Record<string, string>>(String(files.get('steps.csv')), {
      header: true,
      skipEmptyLines: true,
    });
    expect(rows.errors).toEqual([]);
    expect(rows.data[0]).toMatchObject({ run: 'run0', loss: '4', threshold: '0.25', clipped: 'true' });
    expect(rows.data[1]).toMatchObject({ loss: 'NaN', normBefore: 'Infinity', threshold: '' });
    const table = Papa.parse<Record<string, string>>(String(files.get('runs.csv')), {
      header: true,
      skipEmptyLines: true,
    });
    expect(table.data.map(({ data }) => data)).toEqual(["'=1+1", 'moby-dick']);
    expect(table.data[1]?.['test']).toBe('-Infinity');
  });
});

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('tensorboard', () => {
  it('computes the checksums of the standard', () => {
    expect(crc32c(ascii('123456789')).toString(16)).toBe('e3069283');
    // RFC 3720, B.4: 32 bytes of zeros, and of ones.
    expect(crc32c(new Uint8Array(32)).toString(16)).toBe('8a9136aa');
    expect(crc32c(new Uint8Array(32).fill(255)).toString(16)).toBe('62a8ab43');
    // 0xe3069283 rotated right by 15 bits is 0x2507c60d; with 0xa282ead8 added, modulo 2^32.
    expect(maskedCrc(ascii('123456789')).toString(16)).toBe('c78ab0e5');
  });

  it('starts with the bytes that name the format', () => {
    const file = encodeEvents(runs[0] as Run, 1.5);
    // wall_time 1.5 | file_version "brain.Event:2": 9 + 2 + 13 bytes.
    const event = '09000000000000f83f' + '1a0d' + hex(ascii('brain.Event:2'));
    expect(hex(file.subarray(0, 8))).toBe('1800000000000000');
    expect(hex(file.subarray(12, 36))).toBe(event);
    expect(hex(encodeRecord(file.subarray(12, 36)))).toBe(hex(file.subarray(0, 40)));
  });

  it('writes every scalar at its step, as an independent decoder reads it', () => {
    const events = decode(encodeEvents(runs[0] as Run, 100));
    expect(events[0]).toEqual({ seconds: 100, step: 0, version: 'brain.Event:2', scalars: {} });
    expect(events[1]).toMatchObject({
      step: 0,
      scalars: { loss: 4, 'norm/before': 2, 'norm/after': 2, clipped: 1, 'norm/threshold': 0.25 },
    });
    expect(events[1]?.seconds).toBeCloseTo(100.01, 9);
    expect(events[2]).toMatchObject({ step: 1, scalars: { loss: NaN, 'norm/before': Infinity, clipped: 0 } });
    expect(events[3]).toMatchObject({ step: 2, scalars: { validation: 3.5, test: 3.5 } });
    const late = { ...plain, steps: [stepLine(70_000)] };
    expect(decode(encodeEvents(late, 0))[1]?.step).toBe(70_000);
  });
});

interface Decoded {
  seconds: number;
  step: number;
  version?: string;
  scalars: Record<string, number>;
}

/** Decodes an event file according to the specifications of the formats. */
function decode(file: Uint8Array): Decoded[] {
  const events: Decoded[] = [];
  const buffer = Buffer.from(file);
  for (let at = 0; at < buffer.length;) {
    const length = Number(buffer.readBigUInt64LE(at));
    const data = buffer.subarray(at + 12, at + 12 + length);
    expect(buffer.readUInt32LE(at + 8)).toBe(maskedCrc(buffer.subarray(at, at + 8)));
    expect(buffer.readUInt32LE(at + 12 + length)).toBe(maskedCrc(data));
    const event: Decoded = { seconds: 0, step: 0, scalars: {} };
    for (const [field, value] of readFields(data)) {
      if (field === 1) event.seconds = (value as Buffer).readDoubleLE();
      if (field === 2) event.step = value as number;
      if (field === 3) event.version = String(value);
      if (field === 5) {
        for (const [, one] of readFields(value as Buffer)) {
          const parts = new Map(readFields(one as Buffer));
          event.scalars[String(parts.get(1))] = (parts.get(2) as Buffer).readFloatLE();
        }
      }
    }
    events.push(event);
    at += 16 + length;
  }
  return events;
}

function readFields(data: Buffer): [number, Buffer | number][] {
  const fields: [number, Buffer | number][] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = data[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < data.length) {
    const key = varint();
    const wire = key & 7;
    if (wire === 0) fields.push([key >> 3, varint()]);
    else {
      const length = wire === 1 ? 8 : wire === 5 ? 4 : varint();
      fields.push([key >> 3, data.subarray(at, at + length)]);
      at += length;
    }
  }
  return fields;
}

describe('mlflow', () => {
  let server: Server;
  let calls: { path: string; authorization?: string | undefined; body: Record<string, unknown> }[];
  let there: string[];
  let refusal: string | undefined;
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const path = (request.url ?? '').replace('/api/2.0/mlflow/', '');
        const sent = (body === '' ? {} : JSON.parse(body)) as Record<string, unknown> & { filter?: string };
        calls.push({ path, authorization: request.headers.authorization, body: sent });
        const [status, answer] = refusal === undefined ? answerTo(path, sent) : [401, refusal];
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
      });
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
  });
  afterEach(() => (refusal = undefined));
  afterAll(() => server.close());

  function answerTo(path: string, body: { filter?: string }): [number, unknown] {
    if (path.startsWith('experiments/get-by-name')) return [404, { error_code: 'RESOURCE_DOES_NOT_EXIST' }];
    if (path === 'experiments/create') return [200, { experiment_id: '7' }];
    if (path === 'runs/search')
      return [200, there.some((id) => body.filter?.includes(`'${id}'`)) ? { runs: [{}] } : {}];
    if (path === 'runs/create') return [200, { run: { info: { run_id: 'r' } } }];
    return [200, {}];
  }
  const address = (who = ''): string => `http://${who}127.0.0.1:${(server.address() as AddressInfo).port}`;
  const reset = (present: string[] = []): void => {
    calls = [];
    there = present;
  };

  it('receives parameters and metrics within the limits of log-batch', async () => {
    reset();
    const long = { ...plain, steps: Array.from({ length: 600 }, (_, step) => stepLine(step)) };
    await createMlflowSink(address(), {}, 1000).write([long]);
    const batches = calls.filter(({ path }) => path === 'runs/log-batch').map(({ body }) => body);
    const metrics = batches.map((body) => (body['metrics'] as unknown[] | undefined)?.length ?? 0);
    expect(metrics).toEqual([0, 1000, 1000, 402]);
    expect(batches[0]?.['params']).toContainEqual({ key: 'learningRate', value: '1' });
    for (const body of batches) expect(JSON.stringify(body).length).toBeLessThan(1_000_000);
    expect(calls.at(-1)).toMatchObject({ path: 'runs/update', body: { run_id: 'r', status: 'FINISHED' } });
  });

  it('receives NaN as a string, and no run that it already has', async () => {
    reset(['run1']);
    expect(await createMlflowSink(address(), {}, 1000).write(runs)).toBe('1 of 2 runs sent, 1 already there');
    const sent = calls.flatMap(({ body }) => (body['metrics'] as { key: string }[] | undefined) ?? []);
    expect(sent).toContainEqual({ key: 'loss', value: 'NaN', timestamp: 1020, step: 1 });
    expect(calls.filter(({ path }) => path === 'runs/create')).toHaveLength(1);
  });

  it.each([
    { about: 'its URL', who: 'ann:s3cret@', credentials: {}, expected: `Basic ${btoa('ann:s3cret')}` },
    {
      about: 'a name and password',
      who: '',
      credentials: { username: 'ann', password: 's3cret' },
      expected: `Basic ${btoa('ann:s3cret')}`,
    },
    { about: 'a token', who: '', credentials: { token: 's3cret' }, expected: 'Bearer s3cret' },
  ])('authenticates by $about, which no message repeats', async ({ who, credentials, expected }) => {
    reset();
    await createMlflowSink(address(who), credentials).write([]);
    expect(calls[0]?.authorization).toBe(expected);
    refusal = '{"error_code":"UNAUTHENTICATED"}';
    const failure = await createMlflowSink(address(who), credentials).write(runs).catch(String);
    expect(failure).toContain('rejected experiments/get-by-name');
    expect(failure).toContain('401');
    expect(failure).not.toContain('s3cret');
  });
});

describe('gradclip-lab export', () => {
  let out: string;
  beforeAll(() => {
    out = mkdtempSync(join(tmpdir(), 'gradclip-export-'));
    const folder = new ResultsFolder(out);
    folder.assertWritable();
    for (const { start, steps: some, end } of [plain, diverged]) {
      folder.addRun(start.id, [start, ...some, end].map((one) => `${toLine(one)}\n`).join(''));
    }
  });
  afterAll(() => rmSync(out, { recursive: true }));

  it.each(['parquet', 'csv', 'tensorboard'])('writes %s', async (format) => {
    const { code, out: said } = await runLab('export', format, '--out', out);
    expect([code, said]).toEqual([0, expect.stringContaining(`Exported 2 runs to ${join(out, 'export', format)}`)]);
    const files = readdirSync(join(out, 'export', format), { recursive: true, encoding: 'utf8' });
    expect(files.some((name) => /runs\.(parquet|csv)$|tfevents/.test(name))).toBe(true);
    expect(files.filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it.each([
    {
      args: ['xml'],
      says: "value 'xml' is invalid for argument 'format'. Allowed choices are parquet, csv, tensorboard, mlflow.",
    },
    { args: ['csv', '--out', '/nowhere'], says: '--out /nowhere contains no finished runs.' },
    {
      args: () => ['mlflow', '--to', 'http://u:s3cret@127.0.0.1:1', '--out', out],
      says: 'MLflow at http://127.0.0.1:1 cannot be reached',
    },
  ])('rejects invalid arguments: $says', async ({ args, says }) => {
    const { code, err } = await runLab('export', ...(typeof args === 'function' ? args() : args));
    expect(code).toBe(2);
    expect(err).toContain(says);
    expect(err).not.toContain('s3cret');
  });

  it('shows examples in its help', async () => {
    for (const command of ['export', 'worker', 'compare', 'tune', 'report', 'list']) {
      const { code, out: said } = await runLab(command, '--help');
      expect(code).toBe(0);
      expect(said).toMatch(/Examples:\n {2}\S/);
    }
  });
});
