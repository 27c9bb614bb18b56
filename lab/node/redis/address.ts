import { LabError } from '../../errors.ts';

/** Where a Redis is and how to be let in, and how to speak of it without giving that away. */
export interface RedisAddress {
  /** For messages: protocol, host, port and database. */
  readonly shown: string;
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: { readonly servername: string };
}

const EXPECTED = 'It must be redis://[user:password@]host[:port][/database], or rediss://… for TLS.';

/**
 * Reads the address of a Redis, from the environment where the option stands without a value.
 *
 * @throws LabError that never repeats what was given, which may hold a password
 */
export function redisAddress(option: string | true, environment: NodeJS.ProcessEnv = process.env): RedisAddress {
  const text = option === true ? environment['REDIS_URL'] : option;
  if (!text) throw new LabError(`--redis has no address. Give one, or set REDIS_URL. ${EXPECTED}`);
  const from = option === true ? 'REDIS_URL' : '--redis';
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new LabError(`${from} is not a URL. ${EXPECTED}`);
  }
  const { protocol, pathname } = url;
  if (!['redis:', 'rediss:'].includes(protocol) || url.hostname === '' || !/^\/?\d*$/.test(pathname)) {
    throw new LabError(`${from} is not the URL of a Redis. ${EXPECTED}`);
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(url.port || 6379);
  const db = Number(pathname.slice(1) || 0);
  return {
    shown: `${protocol}//${url.hostname}:${port}${db === 0 ? '' : `/${db}`}`,
    host,
    port,
    db,
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...(protocol === 'rediss:' && { tls: { servername: host } }),
  };
}

/** A command line as it may be kept and shown: the address of a Redis without user and password. */
export function withoutCredentials(words: readonly string[]): string[] {
  return words.map((word) => word.replace(/(rediss?:\/\/).*@/i, '$1'));
}

/** What a Redis or its client said, without the password. */
export function saidBy(error: unknown, { password }: RedisAddress): string {
  const { message, code } = error as NodeJS.ErrnoException;
  const text = message || code || 'unknown error';
  return password ? text.replaceAll(password, '…') : text;
}
