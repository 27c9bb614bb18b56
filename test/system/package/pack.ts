import { join } from 'node:path';
import { run } from './run.ts';

/** A packed package, as `npm pack` describes it. */
export interface Packed {
  readonly file: string;
  /** Bytes of the archive. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly entryCount: number;
}

/** Builds and packs the package in the folder `from` into the folder `to`. */
export async function pack(to: string, from: string): Promise<Packed> {
  const printed = await npm(from, 'pack', '--json', '--pack-destination', to);
  // The output of `prepack` comes first.
  const [{ filename, ...rest }] = JSON.parse(printed.slice(printed.search(/^\[/m))) as [
    Omit<Packed, 'file'> & { filename: string },
  ];
  return { file: join(to, filename), size: rest.size, unpackedSize: rest.unpackedSize, entryCount: rest.entryCount };
}

/** Runs npm in a folder and returns its output; throws if npm fails. */
export async function npm(folder: string, ...args: string[]): Promise<string> {
  const { code, out, err } = await run(folder, 'npm', ...args);
  if (code !== 0) throw new Error(`npm ${args.join(' ')} failed in ${folder}:\n${err}${out}`);
  return out;
}
