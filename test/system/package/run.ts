import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

// Shorter than the time limit of a test, so the test fails with the program's output and leaves nothing running.
const PATIENCE_MS = 280_000;

// Variables that npm and vitest set, which a user's programs do not have.
const TOLD =
  /^(npm_(?!config_)|npm_config_(global_prefix|local_prefix|prefix)$|INIT_CWD$|VITEST|NODE_(ENV|OPTIONS|PATH)$)/i;

/** The result of a program. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a program in a folder, with the environment of a user. */
export function run(folder: string, program: string, ...args: string[]): Promise<Outcome> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !TOLD.test(name)));
  // In its own process group, because programs that npx and npm start may outlive them.
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const said = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.err += text));
  const impatience = setTimeout(() => {
    said.err += `\nended after ${PATIENCE_MS / 1000} s: ${program} ${args.join(' ')}\n`;
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, PATIENCE_MS);
  return new Promise((resolve) => {
    const done = (code: number): void => {
      clearTimeout(impatience);
      resolve({ code, ...said });
    };
    child.once('close', (code) => {
      done(code ?? 1);
    });
    child.once('error', (error) => {
      said.err += error.message;
      done(1);
    });
  });
}

/** Runs a file with this Node. */
export function node(folder: string, ...args: string[]): Promise<Outcome> {
  return run(folder, process.execPath, ...args);
}

/** The path of another Node version that npm installed. */
export async function nodeOf(version: string, folder: string): Promise<string> {
  const { out, err } = await run(folder, 'npx', '-y', '-p', `node@${version}`, '--', 'node', '-p', 'process.execPath');
  const binary = out.trim();
  const answer = await run(folder, binary, '--version');
  if (answer.out.trim() !== `v${version}`) throw new Error(`npm has no Node ${version}: ${err}${answer.err}`);
  return binary;
}
