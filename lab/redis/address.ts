import { LabError } from '../errors.ts';

/** The address of a Redis, the credentials for it, and a form of it that is safe to print. */
export interface RedisAddress {
  /** Protocol, host, port and database, without credentials. */
  readonly displayUrl: string;
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: { readonly servername: string };
}

const EXPECTED = 'Expected redis://[user:password@]host[:port][/database], or rediss://… for TLS.';

/**
 * Parses the value of `--redis`, or the environment variable REDIS_URL if the option has no value.
 *
 * @throws LabError that never repeats the value, because it may contain a password
 */
export function parseRedisAddress(option: string | true, environment: NodeJS.ProcessEnv = process.env): RedisAddress {
  const text = option === true ? environment['REDIS_URL'] : option;
  if (!text) throw new LabError(`--redis has no address. Pass a URL or set REDIS_URL. ${EXPECTED}`);
  const source = option === true ? 'REDIS_URL' : '--redis';
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new LabError(`${source} is not a URL. ${EXPECTED}`);
  }
  const { protocol, pathname } = url;
  if (!['redis:', 'rediss:'].includes(protocol) || url.hostname === '' || !/^\/?\d*$/.test(pathname)) {
    throw new LabError(`${source} is not a Redis URL. ${EXPECTED}`);
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(url.port || 6379);
  const db = Number(pathname.slice(1) || 0);
  return {
    displayUrl: `${protocol}//${url.hostname}:${port}${db === 0 ? '' : `/${db}`}`,
    host,
    port,
    db,
    ...(url.username && { username: decode(url.username, source) }),
    ...(url.password && { password: decode(url.password, source) }),
    ...(protocol === 'rediss:' && { tls: { servername: host } }),
  };
}

function decode(text: string, source: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new LabError(`${source} contains a % that encodes nothing. Write a % in a name or password as %25.`);
  }
}

/** Removes the user and the password from Redis URLs among the arguments, so that they may be saved and shown. */
export function redactCredentials(args: readonly string[]): string[] {
  return args.map((arg) => arg.replace(/(rediss?:\/\/).*@/i, '$1'));
}

/** The message of an error from Redis or its client, without the password. */
export function redisErrorText(error: unknown, { password }: RedisAddress): string {
  const { message, code } = error as NodeJS.ErrnoException;
  const text = message || code || 'unknown error';
  const rejection = Object.keys(REJECTIONS).find((name) => text.includes(name));
  if (rejection !== undefined) return `${REJECTIONS[rejection]} (${rejection})`;
  return password ? text.replaceAll(password, '…') : text;
}

const REJECTIONS: Readonly<Record<string, string>> = {
  NOAUTH: 'it requires a password. Write it into the URL, redis://user:password@host',
  WRONGPASS: 'it rejects the user name or the password',
};
