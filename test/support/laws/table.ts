// Writes docs/laws.md after a run in which every strategy of the shelf was judged on every backend. Other runs, of
// one file or one test, leave the page as it is.
import { readdirSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import type { TestProject } from 'vitest/node';
import { pageOf } from './page.ts';
import { closeFolder, openFolder } from './verdicts.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder in which test files leave what came of their laws. */
    lawVerdicts: string;
  }
}

const root = new URL('../../../', import.meta.url);

/** Called by vitest before the first test; what it returns, after the last. */
export default function setup(project: TestProject): () => Promise<void> {
  const folder = openFolder();
  project.provide('lawVerdicts', folder);
  return async () => {
    const shelf = readdirSync(new URL('strategies', root))
      .filter((name) => name.endsWith('.ts') && !name.startsWith('_') && name !== 'index.ts')
      .map((name) => name.slice(0, -'.ts'.length));
    const page = pageOf(shelf, closeFolder(folder));
    if (page === undefined) return;
    writeFileSync(
      new URL('docs/laws.md', root),
      await format(page, { parser: 'markdown', printWidth: 120, singleQuote: true }),
    );
  };
}
