import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { PageProgram } from '../report/page.ts';

/** The output of the build; absent when the lab runs from its sources. */
const BUNDLE = new URL('../report/client.js', import.meta.url);

/** Loads the script of the report page, with the licences of the libraries it contains, which every copy must carry. */
export function loadReportScript(bundle = BUNDLE): PageProgram {
  const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
  if (!existsSync(bundle)) return { hashOf };
  const licences = readFileSync(new URL('client-licences.md', bundle), 'utf8');
  return { script: `/*\n${licences.replaceAll('*/', '* /')}*/\n${readFileSync(bundle, 'utf8')}`, hashOf };
}
