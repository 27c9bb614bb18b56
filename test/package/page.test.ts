import { describe, expect, it } from 'vitest';
import { pages } from '../system/package/page.ts';
import { kept, TABLES } from '../system/package/results.ts';
import { NODES, OLDEST_TFJS } from '../system/package/versions.ts';

describe('docs/package.md', () => {
  it('shows the tables that were kept', () => {
    const { written, due } = pages();
    // `KEEP_RESULTS=1 npm run test:package` writes it.
    expect(written).toBe(due);
  });

  it('has no table that nothing was measured for', () => {
    const places = [...pages().written.matchAll(/<!-- package: (\S+) -->/g)].map(([, name]) => name);
    expect(places.sort()).toEqual([...TABLES].sort());
  });
});

describe('the kept tables', () => {
  it.each(TABLES)('%s says when and where it was made', (name) => {
    const { date, machine, rows } = kept(name);
    expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(machine).toMatch(/^\d+ cores \(.+\), Node \d/);
    expect(rows.length).toBeGreaterThan(1);
  });

  it('cover every Node, bundler and make-up of tfjs that is promised', () => {
    expect(kept('nodes').rows.map(({ node }) => node)).toEqual([...NODES]);
    expect(kept('bundlers').rows.map(({ bundler }) => String(bundler).split(' ')[0])).toEqual([
      'vite',
      'esbuild',
      'webpack',
    ]);
    expect(JSON.stringify(kept('tfjs').rows)).toContain(OLDEST_TFJS);
  });
});
