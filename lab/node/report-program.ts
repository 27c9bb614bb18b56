import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { PageProgram } from '../report/page.ts';

/** Where the build leaves the program of a report; sources that are not built have none. */
const BUNDLE = new URL('../report/client.js', import.meta.url);

/** The program of a report as it was built, with the licences of the libraries in it, which every copy has to carry. */
export function reportProgram(bundle = BUNDLE): PageProgram {
  const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
  if (!existsSync(bundle)) return { hashOf };
  const licences = readFileSync(new URL('client-licences.md', bundle), 'utf8');
  return { script: `/*\n${licences.replaceAll('*/', '* /')}*/\n${readFileSync(bundle, 'utf8')}`, hashOf };
}
