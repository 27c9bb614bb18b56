import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linksOf, malformed, type LinkReport } from './links.ts';
import { inOrder, isThere, root } from './pages.ts';

describe('the links of every Markdown page', () => {
  let report: LinkReport;
  beforeAll(async () => {
    report = await linksOf({ root, files: ['README.md', ...inOrder.filter(isThere)] });
  }, 60_000);

  it('lead to existing files and headings', () => {
    expect(report.followed).toBeGreaterThan(100);
    expect(report.broken).toEqual([]);
  });

  it('to other sites are well-formed', () => {
    expect(report.elsewhere.length).toBeGreaterThan(10);
    expect(malformed(report.elsewhere)).toEqual([]);
  });
});

describe('the check of links', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gradclip-links-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['a file that is not there', '[a](other.md)', 1],
    ['an anchor that is not there', '[a](page.md#two-words)', 1],
    ['an anchor of this very page that is not there', '[a](#nowhere)', 1],
    ['nothing in a link that is right', '[a](page.md#one-heading)', 0],
  ])('finds %s', async (_, link, faults) => {
    writeFileSync(join(folder, 'page.md'), '# One heading\n');
    writeFileSync(join(folder, 'index.md'), `# Index\n\n${link}\n`);
    const { broken } = await linksOf({ root: folder, files: ['page.md', 'index.md'] });
    expect(broken).toHaveLength(faults);
  });

  it.each(['http://example.org', 'https://localhost', 'https://example.org/a b', 'nothing'])(
    'refuses %s',
    (address) => {
      expect(malformed([address])).toEqual([address]);
    },
  );
});
