import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runId, type RunConfig } from '../../../lab/run/run-config.ts';
import { buildLab, type BuiltLab } from '../../lab/built.ts';
import { isInstalled, startRedis, type OwnRedis } from './redis-server.ts';

const absent = isInstalled('redis-server') ? undefined : 'redis-server is not installed';
const noTls = absent ?? (isInstalled('openssl', 'version') ? undefined : 'openssl is not installed');

let lab: BuiltLab;
let redis: OwnRedis;
let folder: string;
const children = new Set<ChildProcess>();
const inFolder = (name: string): string => join(folder, name);
const url = (): string => `redis://someone:s3cret-w0rd@127.0.0.1:${redis.port}`;

/** A running program and its output. */
interface Started {
  readonly child: ChildProcess;
  readonly temporary: string;
  readonly text: () => string;
  /** Waits for output. */
  untilPrinted(what: string | RegExp): Promise<void>;
  readonly ended: Promise<number | null>;
}

function start(args: string[], environment: NodeJS.ProcessEnv = {}): Started {
  const temporary = mkdtempSync(inFolder('tmp-'));
  const child = spawn(process.execPath, [lab.bin, ...args], {
    env: { ...process.env, TMPDIR: temporary, ...environment },
  });
  children.add(child);
  let text = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      listeners.forEach((listener) => listener());
    });
  }
  const ended = once(child, 'close').then(() => child.exitCode);
  const untilPrinted = (what: string | RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (!text.match(what)) return;
        listeners.delete(check);
        resolve();
      };
      listeners.add(check);
      check();
      void ended.then(() => reject(new Error(`The program ended without printing ${String(what)}:\n${text}`)));
    });
  return { child, temporary, text: () => text, untilPrinted, ended };
}

/** Waits until a worker has completed a few steps of a run. */
async function untilRunning({ temporary, text, child }: Started): Promise<void> {
  for (;;) {
    const names = readdirSync(temporary, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.part'),
    );
    if (names.some((name) => (statSync(join(temporary, name), { throwIfNoEntry: false })?.size ?? 0) > 2000)) return;
    if (child.exitCode !== null) throw new Error(text());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const grid = ['--cells', 'rnn', '--strategies', 'none', '--learning-rates', '0.5,1'];
const compareArgs = (out: string, ...more: string[]): string[] => [
  ...['compare', ...grid, '--seeds', '1', '--steps', '2', '--out', inFolder(out)],
  ...more,
];

function readRecords(out: string): Map<string, string> {
  const runs = join(folder, out, 'runs');
  return new Map(
    readdirSync(runs).map((name) => [name, readFileSync(join(runs, name), 'utf8').replace(/"ms":[\d.e-]+/g, '')]),
  );
}

describe.skipIf(absent)(`runs on Redis workers${absent ? ` (${absent})` : ''}`, { timeout: 120_000 }, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gradclip-redis-'));
    const user = ['--user', 'someone', 'on', '>s3cret-w0rd', '~*', '&*', '+@all', '--user', 'default', 'off'];
    [lab, redis] = await Promise.all([buildLab(), startRedis((port) => ['--port', `${port}`, ...user])]);
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    children.clear();
  });
  afterAll(async () => {
    await redis.stop();
    lab.remove();
    rmSync(folder, { recursive: true });
  });

  it('are bit-identical to local runs and are never repeated', async () => {
    const local = start(compareArgs('local', '--workers', '0'));
    const first = start(compareArgs('first', '--redis'), { REDIS_URL: url() });
    await first.untilPrinted(
      `No worker is connected. Start one on any machine:\n  npx gradclip-lab worker --redis redis://127.0.0.1`,
    );
    const second = start(compareArgs('second', '--redis', url()));
    const worker = start(['worker', '--redis', url(), '--threads', '1']);
    const codes = await Promise.all([local.ended, first.ended, second.ended]);
    expect(codes, [local, first, second, worker].map(({ text }) => text()).join('\n---\n')).toEqual([0, 0, 0]);
    expect(readRecords('local').size).toBe(2);
    expect(readRecords('first')).toEqual(readRecords('local'));
    expect(readRecords('second')).toEqual(readRecords('local'));

    // Later, without any worker, the records are collected instead of computed again.
    worker.child.kill('SIGTERM');
    expect(await worker.ended).toBe(0);
    const third = start(compareArgs('third', '--redis', url(), '--json'));
    expect(await third.ended, third.text()).toBe(0);
    expect(readRecords('third')).toEqual(readRecords('local'));
    expect(worker.text().match(/^[0-9a-f]{16} rnn /gm)).toHaveLength(2);

    const output = [first, second, third, worker].map(({ text }) => text()).join('');
    const files = ['plan.json', 'summary.json', 'report.html'].map((name) =>
      readFileSync(inFolder(`second/${name}`), 'utf8'),
    );
    for (const text of [output, ...files]) expect(text).not.toContain('s3cret-w0rd');
    expect(JSON.parse(files[0] ?? '')).toMatchObject({
      command: expect.stringContaining(`--redis redis://127.0.0.1:${redis.port}`) as string,
    });
  });

  it('are finished exactly once by another worker when a worker is killed', async () => {
    const many = ['--seeds', '7', '--steps', '240', '--learning-rates', '1'];
    const asked = start(compareArgs('killed', ...many, '--redis', url()));
    const options = ['worker', '--redis', url(), '--threads', '1', '--lease', '5'];
    const victim = start(options);
    await victim.untilPrinted('Waiting for runs');
    await untilRunning(victim);
    victim.child.kill('SIGKILL');
    await victim.ended;
    const successor = start(options);
    expect(await asked.ended, asked.text() + successor.text()).toBe(0);
    expect(asked.text()).toContain('Training 1 run (one setting) on the workers of');
    expect(victim.text()).not.toMatch(/^[0-9a-f]{16} rnn/m);
    expect(successor.text().match(/^[0-9a-f]{16} rnn/gm)).toHaveLength(1);
    const local = start(compareArgs('killed-local', ...many, '--workers', '0'));
    expect(await local.ended).toBe(0);
    expect(readRecords('killed')).toEqual(readRecords('killed-local'));
  });

  it('return to the queue when a worker is stopped', async () => {
    const many = ['--seeds', '8', '--steps', '240', '--learning-rates', '1'];
    const asked = start(compareArgs('stopped', ...many, '--redis', url()));
    const first = start(['worker', '--redis', url(), '--threads', '1']);
    await untilRunning(first);
    first.child.kill('SIGTERM');
    expect(await first.ended, first.text()).toBe(0);
    const successor = start(['worker', '--redis', url(), '--threads', '1', '--until-empty']);
    expect(await asked.ended, asked.text() + successor.text()).toBe(0);
    expect(await successor.ended).toBe(0);
    expect(readRecords('stopped').size).toBe(1);
  });

  it("send the user's data along", async () => {
    writeFileSync(inFolder('own.txt'), 'Call me Ishmael, or what you will. '.repeat(60));
    const worker = start(['worker', '--redis', url(), '--threads', '1']);
    const asked = start(compareArgs('own', '--data', inFolder('own.txt'), '--redis', url()));
    expect(await asked.ended, asked.text() + worker.text()).toBe(0);
    const local = start(compareArgs('own-local', '--data', inFolder('own.txt'), '--workers', '0'));
    expect(await local.ended).toBe(0);
    expect(readRecords('own')).toEqual(readRecords('own-local'));
  });

  it('write nothing for a job whose data is a path or does not match its SHA-256', async () => {
    const [config] = [...readRecords('local').values()].map(
      (text) => (JSON.parse(text.split('\n')[0] ?? '') as { config: RunConfig }).config,
    );
    const forged = { ...config, data: 'forged' } as RunConfig;
    const worker = start(['worker', '--redis', url(), '--threads', '1']);
    await worker.untilPrinted('Waiting for runs');
    const connection = { port: redis.port, username: 'someone', password: 's3cret-w0rd', maxRetriesPerRequest: null };
    const client = new Redis(connection);
    const [prefix] = (await client.keys('bull:gradclip-lab-*:meta')).map((key) => key.split(':')[1]);
    const queue = new Queue(prefix ?? '', { connection });
    const digest = 'b'.repeat(64);
    await client.set('gradclip-lab:data:../../escaped', gzipSync('owned'));
    await client.set(`gradclip-lab:data:${digest}`, gzipSync('something else'));
    const jobId = `run-${await runId(forged)}`;
    for (const [data, says] of [
      ['../../escaped', 'Expected a job with a configuration and the SHA-256 of its data.'],
      [digest, 'Its data in Redis does not match its SHA-256.'],
    ] as const) {
      await queue.add('run', { config: forged, data }, { jobId });
      await worker.untilPrinted(`${jobId} failed: ${says}`);
      await queue.remove(jobId);
    }
    expect(existsSync(inFolder('escaped.data'))).toBe(false);
    const written = readdirSync(worker.temporary, { recursive: true, encoding: 'utf8' });
    expect(written.filter((name) => name.endsWith('.data'))).toEqual([]);
    await Promise.all([queue.close(), client.quit()]);
  });

  it('are queued again after Redis was restarted without its data, and the outage is named', async () => {
    const own = await startRedis();
    const address = `redis://127.0.0.1:${own.port}`;
    const asked = start(compareArgs('restarted', '--redis', address));
    await asked.untilPrinted('No worker is connected.');
    await asked.untilPrinted('Training 2 runs');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await own.stop();
    await asked.untilPrinted(`Redis at ${address} is away. Waiting for it.`);
    const again = await startRedis(() => ['--port', `${own.port}`]);
    try {
      await asked.untilPrinted(`Redis at ${address} is back.`);
      await asked.untilPrinted('Redis has lost 2 of the runs. Queueing them again.');
      const worker = start(['worker', '--redis', address, '--threads', '1']);
      expect(await asked.ended, asked.text() + worker.text()).toBe(0);
      expect(readRecords('restarted')).toEqual(readRecords('local'));
    } finally {
      await again.stop();
    }
  });

  it('let a comparison be interrupted while Redis is away', async () => {
    const own = await startRedis();
    const asked = start(compareArgs('away', '--redis', `redis://127.0.0.1:${own.port}`));
    await asked.untilPrinted('No worker is connected.');
    await own.stop();
    await asked.untilPrinted('is away');
    asked.child.kill('SIGINT');
    expect(await asked.ended, asked.text()).toBe(130);
  });

  it('are returned once by a worker that is interrupted while one of its threads is idle', async () => {
    const many = ['--seeds', '9', '--steps', '5000', '--learning-rates', '1'];
    const asked = start(compareArgs('idle', ...many, '--redis', url()));
    const worker = start(['worker', '--redis', url(), '--threads', '2']);
    await untilRunning(worker);
    worker.child.kill('SIGINT');
    expect(await worker.ended, worker.text()).toBe(0);
    await asked.untilPrinted('The last worker has left and 1 of the runs are not finished.');
    asked.child.kill('SIGINT');
    expect(await asked.ended).toBe(130);
  });

  it.each([
    { about: 'a wrong password', given: () => `redis://someone:wr0ng@127.0.0.1:${redis.port}`, says: 'WRONGPASS' },
    { about: 'a closed port', given: () => 'redis://u:wr0ng@127.0.0.1:1', says: 'ECONNREFUSED' },
    { about: 'another protocol', given: () => 'http://u:wr0ng@queue', says: '--redis is not a Redis URL.' },
  ])('are rejected for $about without revealing the password', async ({ given, says }) => {
    for (const args of [compareArgs('rejected', '--redis', given()), ['worker', '--redis', given()]]) {
      const rejected = start(args);
      expect(await rejected.ended).toBe(2);
      expect(rejected.text()).toContain(says);
      expect(rejected.text()).not.toContain('wr0ng');
      expect(rejected.text()).not.toMatch(/\n\s+at /);
    }
  });
});

describe.skipIf(noTls)(`TLS${noTls ? ` (${noTls})` : ''}`, { timeout: 120_000 }, () => {
  it('connects to Redis through rediss://', async () => {
    const own = mkdtempSync(join(tmpdir(), 'gradclip-tls-'));
    const [key, cert] = [join(own, 'key.pem'), join(own, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, '-keyout', key, '-out', cert],
      { stdio: 'ignore' },
    );
    const tls = [
      '--tls-cert-file',
      cert,
      '--tls-key-file',
      key,
      '--tls-ca-cert-file',
      cert,
      '--tls-auth-clients',
      'no',
    ];
    const server = await startRedis((port) => ['--port', '0', '--tls-port', `${port}`, ...tls]);
    lab = await buildLab();
    folder = own;
    try {
      const address = `rediss://localhost:${server.port}`;
      const trustsCertificate = { NODE_EXTRA_CA_CERTS: cert };
      const worker = start(['worker', '--redis', address, '--threads', '1'], trustsCertificate);
      const asked = start(compareArgs('tls', '--redis', address), trustsCertificate);
      expect(await asked.ended, asked.text() + worker.text()).toBe(0);
      const distrusting = start(['worker', '--redis', address]);
      expect(await distrusting.ended).toBe(2);
      expect(distrusting.text()).toContain('self-signed certificate');
    } finally {
      for (const child of children) child.kill('SIGKILL');
      await server.stop();
      lab.remove();
      rmSync(own, { recursive: true });
    }
  });
});
