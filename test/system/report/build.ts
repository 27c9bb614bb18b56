import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundleReportScript } from '../../lab/built.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of the bundled script of a report. */
    reportProgram: string;
  }
}

/** Bundles the script of a report once for all tests. */
export default async function setUp(project: TestProject): Promise<() => void> {
  const outDir = mkdtempSync(join(tmpdir(), 'gradclip-report-program-'));
  project.provide('reportProgram', await bundleReportScript(outDir));
  return () => rmSync(outDir, { recursive: true, force: true });
}
