// Each tool of the table in docs/how-it-is-tested.md, from the packed package in an empty folder. It takes minutes: npm run test:doors.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npm, pack } from '../package/pack.ts';
import { ROOT, run } from '../package/run.ts';
import { DOORS, EXPECTED } from './doors.ts';

const home = realpathSync(mkdtempSync(join(tmpdir(), 'gradclip-doors-')));
let file: string;

beforeAll(async () => {
  ({ file } = await pack(home, ROOT));
});
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

describe.each(DOORS.filter(({ trial }) => trial !== undefined))('$tool $versions', ({ tool, versions, trial }) => {
  it('loads the package and trains', async () => {
    const { packages, files, builds = [], prints, env } = trial!;
    const folder = join(home, `${tool}-${versions}`.replace(/[^\w]+/g, '-'));
    const write = (path: string, text: string): void => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    write('package.json', '{ "private": true }');
    await npm(folder, 'install', '--prefer-offline', '--no-audit', '--no-fund', file, '@tensorflow/tfjs', ...packages);
    for (const [path, text] of Object.entries(files)) write(path, text);
    const variables = Object.entries(env ?? {}).map((pair) => pair.join('='));
    for (const command of [...builds, ...prints]) {
      const { code, out, err } = await run(folder, 'env', ...variables, ...command);
      expect(code, `${command.join(' ')}\n${err}${out}`).toBe(0);
      if (prints.includes(command)) expect(out + err).toContain(EXPECTED);
    }
  });
});
