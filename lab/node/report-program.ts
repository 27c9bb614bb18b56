import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { PageProgram } from '../report/page.ts';

/** Where the build leaves the program of a report; sources that are not built have none. */
const BUNDLE = new URL('../report/client.js', import.meta.url);

/** The program of a report as it was built. */
export function reportProgram(bundle = BUNDLE): PageProgram {
  const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
  return existsSync(bundle) ? { script: readFileSync(bundle, 'utf8'), hashOf } : { hashOf };
}
