import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Returns the accessibility rules that a page breaks, one line each. */
export async function violationsIn(page: Page): Promise<string[]> {
  // The debugger evaluates it, so the content security policy of the page does not apply.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { run } = (
      window as unknown as {
        axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
      }
    ).axe;
    return (await run()).violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0]?.html}`);
  });
}
