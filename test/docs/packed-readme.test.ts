import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { root } from './pages.ts';

const PICTURE = `<picture>
  <source media="(prefers-color-scheme: dark)" srcset="docs/dark.webp" />
  <img src="docs/light.webp" alt="Both" />
</picture>

`;

const README = `# Title

![A picture](docs/a.svg)

${PICTURE}See [the guide](docs/guide.md#part), [npm](https://npmjs.com) and [below](#title).

\`\`\`ts
const values = [first](second);
\`\`\`
`;

describe('the packed README', () => {
  const home = mkdtempSync(join(tmpdir(), 'gradclip-readme-'));
  mkdirSync(join(home, 'scripts'));
  cpSync(join(root, 'scripts/packed-readme.mjs'), join(home, 'scripts/packed-readme.mjs'));
  afterAll(() => {
    rmSync(home, { recursive: true });
  });

  const pack = (manifest: object): { packed: string; restored: string } => {
    const run = (command: string): void => {
      expect(spawnSync(process.execPath, ['scripts/packed-readme.mjs', command], { cwd: home }).status).toBe(0);
    };
    const read = (): string => readFileSync(join(home, 'README.md'), 'utf8');
    writeFileSync(join(home, 'package.json'), JSON.stringify(manifest));
    writeFileSync(join(home, 'README.md'), README);
    run('pack');
    // A second call, as after an interrupted one, starts from the original.
    run('pack');
    const packed = read();
    run('restore');
    return { packed, restored: read() };
  };

  it('has no relative link and no picture without a repository', () => {
    const { packed, restored } = pack({});
    expect(packed).toBe(
      README.replace('![A picture](docs/a.svg)\n\n', '')
        .replace(PICTURE, '')
        .replace('[the guide](docs/guide.md#part)', 'the guide'),
    );
    expect(restored).toBe(README);
    expect(readdirSync(home)).not.toContain('original-readme.md');
  });

  it('has absolute links and pictures with a repository', () => {
    const { packed } = pack({ repository: { type: 'git', url: 'git+https://example.com/us/it.git' } });
    expect(packed).toContain('![A picture](https://example.com/us/it/raw/HEAD/docs/a.svg)');
    expect(packed).toContain('srcset="https://example.com/us/it/raw/HEAD/docs/dark.webp"');
    expect(packed).toContain('src="https://example.com/us/it/raw/HEAD/docs/light.webp"');
    expect(packed).toContain('[the guide](https://example.com/us/it/blob/HEAD/docs/guide.md#part)');
    expect(packed).toContain('[first](second)');
  });
});
