// A new user follows the first two blocks of the README in an empty folder.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { node, ROOT } from './run.ts';

const { user } = inject('installed');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const first = (language: string): string =>
  new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(readme)?.[1] ?? '';

it('the first two blocks of the README install the package and train a network with clipping', async () => {
  const install = first('sh').trim();
  const { dependencies } = JSON.parse(readFileSync(join(user, 'package.json'), 'utf8')) as { dependencies: object };
  // The global setup installed the same packages into an empty folder.
  expect(Object.keys(dependencies)).toEqual(install.replace('npm install ', '').split(' ').sort());

  writeFileSync(join(user, 'first.mjs'), first('ts'));
  const { code, out, err } = await node(user, 'first.mjs');
  expect(code, err).toBe(0);
  expect(out).toMatch(/^SGD( NaN){6}$/m);
  const clipped = /^ClippedOptimizer (.+)$/m.exec(out)?.[1]?.split(' ').map(Number) ?? [];
  expect(clipped).toHaveLength(6);
  expect(clipped.at(-1)).toBeLessThan(0.1);
});
