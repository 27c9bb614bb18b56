import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { root } from './pages.ts';

it('docs/dependencies.md says what is installed, and every licence allows use beside MIT', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/dependencies.mjs', '--check'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
