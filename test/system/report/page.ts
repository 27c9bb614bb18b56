import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Locator, Page } from 'playwright';
import { afterAll, inject } from 'vitest';
import { loadReportScript } from '../../../lab/node/report-script.ts';
import { summarize } from '../../../lab/analysis/summary.ts';
import { answer } from '../../../lab/experiments/_answer.ts';
import type { Run } from '../../../lab/run/record.ts';
import { reportPage, type ReportFrame } from '../../../lab/report/page.ts';
import { describeWithBrowser, type Visit, type VisitOptions } from '../browser/visit.ts';

/** Opens a report of runs from a file. */
export type Show = (runs: readonly Run[], frame?: Partial<ReportFrame>, options?: VisitOptions) => Promise<Visit>;

/** Defines tests of reports in a browser. */
export function describeReport(title: string, body: (show: Show) => void): void {
  describeWithBrowser(title, (open) => {
    const folder = mkdtempSync(join(tmpdir(), 'gradclip-report-'));
    afterAll(() => rmSync(folder, { recursive: true, force: true }));
    let count = 0;
    body((runs, frame = {}, options = {}) => {
      const path = join(folder, `report-${(count += 1)}.html`);
      writeFileSync(path, pageOf(runs, frame));
      return open(pathToFileURL(path).href, options);
    });
  });
}

/** Returns the HTML of a report with its script. */
export function pageOf(runs: readonly Run[], frame: Partial<ReportFrame> = {}): string {
  const whole = {
    experiment: 'all runs',
    question: 'How do the strategies compare?',
    budget: 'Equal.',
    command: 'gradclip-lab compare',
    total: runs.length,
    ...frame,
  };
  const { rows } = summarize(whole.experiment, runs);
  const results = { runs, rows, answer: answer(whole.experiment, rows) };
  return reportPage(whole, results, loadReportScript(pathToFileURL(inject('reportProgram'))));
}

/** Returns the chart with this name. */
export function chart(page: Page, name: string): Locator {
  return page.getByRole('application', { name, exact: true });
}

/** Returns the buttons with this name in all legends. */
export function switches(page: Page, name: string): Locator {
  return page.locator('.legend').getByRole('button', { name, exact: true });
}

/** Returns the last message to screen readers. */
export function said(page: Page): Promise<string> {
  return page.getByRole('status').innerText();
}

/** Returns the lines of the tip beside a point of a chart, or an empty list. */
export async function tipIn(chart: Locator): Promise<string[]> {
  const lines = await chart.locator('[aria-label="tip"] text > tspan').allTextContents();
  return lines.map((line) => line.replace('\u200b', ''));
}

/** Returns the screen position of a mark: halfway along a line, or the centre of any other mark. */
export function placeOf(mark: Locator): Promise<{ x: number; y: number }> {
  return mark.evaluate((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    if (!(element instanceof SVGPathElement) || element.getAttribute('transform') !== null) {
      return { x: x + width / 2, y: y + height / 2 };
    }
    const half = element.getPointAtLength(element.getTotalLength() / 2);
    const onScreen = half.matrixTransform(element.getScreenCTM()!);
    return { x: onScreen.x, y: onScreen.y };
  });
}
