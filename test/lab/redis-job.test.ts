import { describe, expect, it } from 'vitest';
import { builtIn } from '../../lab/catalogue/catalogue.ts';
import { parseRedisAddress, redisErrorText } from '../../lab/redis/address.ts';
import { createRunJob, parseRunJob, toJobId } from '../../lab/redis/job.ts';
import { currentEnvironment } from '../../lab/node/environment.ts';
import { queueName } from '../../lab/redis/store.ts';
import { runIdOf } from '../../lab/node/run-id.ts';
import { config } from './fixtures.ts';

const digest = 'a'.repeat(64);

describe('a job from Redis', () => {
  it('is returned with the id of its run', async () => {
    const id = runIdOf(config);
    expect(await parseRunJob(toJobId(id), { config, data: digest })).toEqual({ id, config, data: digest });
  });

  it('may be a tuning run', async () => {
    const tuning = { ...config, tuning: true } as const;
    const id = runIdOf(tuning);
    expect(await parseRunJob(toJobId(id), createRunJob(tuning))).toEqual({ id, config: tuning });
  });

  it('keeps an infinite option and its id when it is sent as JSON', async () => {
    const strategy = { id: 'per-value', options: { min: -Infinity, max: 1, maxAbs: null } };
    const job = createRunJob({ ...config, strategy }, digest);
    const received = await parseRunJob(toJobId(runIdOf({ ...config, strategy })), JSON.parse(JSON.stringify(job)));
    expect(Object.keys(received.config)).toEqual(Object.keys(config));
    expect(received).toMatchObject({ data: digest, config: { strategy: { options: { min: '-Infinity' } } } });
    expect(builtIn.strategy(received.config.strategy).options).toEqual(strategy.options);
  });

  it.each([
    { about: 'a path as digest', job: { config, data: '../../../home/user/.bashrc' }, says: 'Expected a job with' },
    { about: 'a short digest', job: { config, data: 'abc' }, says: 'Expected a job with' },
    { about: 'an unknown field', job: { config, textFile: '/etc/passwd' }, says: 'Expected a job with' },
    { about: 'no configuration', job: {}, says: 'Expected a job with' },
    { about: 'a rate that is text', job: { config: { ...config, learningRate: 'abc' } }, says: 'A learning rate must' },
    { about: 'a negative seed', job: { config: { ...config, seed: -5 } }, says: 'A seed must be a whole number' },
    { about: 'too many steps', job: { config: { ...config, steps: 1e9 } }, says: 'The number of steps must be' },
    { about: 'another backend', job: { config: { ...config, backend: 'webgpu' } }, says: 'The backend must be wasm' },
    {
      about: 'a setting that is a list',
      job: { config: { ...config, settings: { units: [9] } } },
      says: 'A setting must',
    },
    { about: 'an unknown part', job: { config: { ...config, out: '/etc' } }, says: 'received "out"' },
  ])('is refused with $about', async ({ job, says }) => {
    const id = runIdOf({ ...config, ...('config' in job ? job.config : {}) } as typeof config);
    await expect(parseRunJob(toJobId(id), job)).rejects.toThrow(says);
  });

  it('is refused under the id of another run', async () => {
    await expect(parseRunJob('run-0123456789abcdef', { config })).rejects.toThrow(
      'Its id does not match its configuration.',
    );
  });
});

describe('the name of the queue', () => {
  it('has the digest of the code, so that only workers with the same code take its runs, and that of a plugin', () => {
    const { code } = currentEnvironment();
    expect(code).toMatch(/^[0-9a-f]{16}$/);
    expect(queueName()).toMatch(new RegExp(`-${code}$`));
    expect(queueName(digest)).toBe(`${queueName()}-${digest.slice(0, 16)}`);
  });
});

describe('an address of Redis', () => {
  it('is refused if its password has a wrong percent encoding, without showing it', () => {
    const parse = (): unknown => parseRedisAddress('redis://user:s3cret%ZZ@host');
    expect(parse).toThrow('--redis contains a % that encodes nothing. Write a % in a name or password as %25.');
    expect(parse).not.toThrow('s3cret');
  });

  it('explains a missing and a wrong password', () => {
    const address = parseRedisAddress('redis://host');
    expect(
      redisErrorText(new Error('NOAUTH HELLO must be called with the client already authenticated'), address),
    ).toBe('it requires a password. Write it into the URL, redis://user:password@host (NOAUTH)');
    expect(redisErrorText(new Error('WRONGPASS invalid username-password pair'), address)).toBe(
      'it rejects the user name or the password (WRONGPASS)',
    );
  });
});
