// Opens a page in Chromium from a folder that also holds node_modules.
import { serve } from '../browser/serve.ts';
import type { Open } from '../browser/visit.ts';

/** The result of a page. */
export interface Answer {
  /** The text of its `<output>` when it no longer ends in an ellipsis. */
  readonly output: string;
  /** Errors, failed requests and requests to other servers. */
  readonly offences: readonly string[];
}

/** Opens a page and waits for its output. */
export async function answerOf(open: Open, folder: string, name: string): Promise<Answer> {
  const { address, close } = await serve(folder, { appType: 'mpa' });
  try {
    const { page, offences } = await open(`${address}${name}`, { home: address });
    const output = page.locator('output');
    for (const begun = performance.now(); performance.now() - begun < 120_000 && offences.length === 0;) {
      if (/[^…]$/.test(await output.innerText())) break;
      await page.waitForTimeout(100);
    }
    return { output: await output.innerText(), offences };
  } finally {
    await close();
  }
}
