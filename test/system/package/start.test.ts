// The first minutes of a new user: an empty folder, and what the README says first.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { node, ROOT } from './run.ts';
import { expectKept } from './snapshots.ts';

const { user } = inject('installed');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const first = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(readme)?.[1] ?? '';

it('the first two blocks of the README lead from an empty folder to a network that trains clipped', async () => {
  const install = first('sh').trim();
  const { dependencies } = JSON.parse(readFileSync(join(user, 'package.json'), 'utf8')) as { dependencies: object };
  // This is how the folder was filled, which was empty before.
  expect(Object.keys(dependencies)).toEqual(install.replace('npm install ', '').split(' ').sort());

  writeFileSync(join(user, 'first.mjs'), first('ts'));
  const begun = performance.now();
  const { code, out, err } = await node(user, 'first.mjs');
  const seconds = (performance.now() - begun) / 1000;
  expect(code, err).toBe(0);
  expect(Number(out)).toBeGreaterThan(0);
  expect(Number(out)).toBeLessThanOrEqual(1);
  await expectKept('start', [
    { step: install, seconds: inject('installSeconds') },
    { step: 'node first.mjs', seconds },
  ]);
});
