import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** A Redis server that belongs to one test file. */
export interface OwnRedis {
  readonly port: number;
  stop(): Promise<void>;
}

/** Whether a program is installed. */
export function isInstalled(program: string, flag = '--version'): boolean {
  try {
    execFileSync(program, [flag], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const MAX_ATTEMPTS = 5;

/** Starts `redis-server` on a free port of this machine, without persistence. */
export async function startRedis(
  args: (port: number) => string[] = (port) => ['--port', `${port}`],
): Promise<OwnRedis> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOn(await findFreePort(), args);
    } catch (error) {
      // Another program may take the port between the search and the start.
      if (attempt === MAX_ATTEMPTS || !String(error).includes('Address already in use')) throw error;
    }
  }
}

async function startOn(port: number, args: (port: number) => string[]): Promise<OwnRedis> {
  const settings = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction'];
  const server = spawn('redis-server', [...args(port), ...settings]);
  await untilReady(server);
  return {
    port,
    async stop() {
      server.kill();
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
    },
  };
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

function untilReady(server: ChildProcess): Promise<void> {
  let output = '';
  return new Promise((resolve, reject) => {
    server.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Ready to accept connections')) resolve();
    });
    server.on('exit', () => reject(new Error(`redis-server ended: ${output}`)));
    server.on('error', reject);
  });
}
