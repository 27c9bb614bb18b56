import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'es-module-lexer';
import { ClippingError } from 'gradclip';
import { setOwnParts } from '../catalogue/catalogue.ts';
import type { LabParts } from '../catalogue/container.ts';
import { LabError } from '../errors.ts';
import { setOwnExperiments, type Experiment } from '../experiments/index.ts';
import { findPluginFault } from './plugin-shape.ts';

/** The default export of a plugin: parts to add to those of the lab. */
export interface PluginParts extends LabParts {
  readonly experiments?: readonly Experiment[];
}

/** A plugin that this thread has loaded. */
export interface Plugin {
  /** The absolute path of the file, by which other threads load it. */
  readonly path: string;
  /** The SHA-256 of the file and of the files that it imports by relative path; part of the id of every run. */
  readonly digest: string;
}

let current: Plugin | undefined;

/** The plugin that this thread has loaded. */
export const currentPlugin = (): Plugin | undefined => current;

/**
 * Loads a plugin and adds its parts to the built-in ones of this thread, in place of those of an earlier plugin.
 *
 * @param file the path of a JavaScript module; undefined for no plugin
 * @throws LabError if the file cannot be loaded or exports something else
 */
export async function usePlugin(file: string | undefined): Promise<Plugin | undefined> {
  const path = file === undefined ? undefined : resolve(file);
  if (path === current?.path) return current;
  const { experiments = [], ...parts } = path === undefined ? {} : await importParts(path);
  addParts(path, parts);
  setOwnExperiments(experiments);
  current = path === undefined ? undefined : { path, digest: digestModule(path) };
  return current;
}

function addParts(path: string | undefined, parts: LabParts): void {
  try {
    setOwnParts(parts);
  } catch (error) {
    if (!(error instanceof LabError || error instanceof ClippingError)) throw error;
    throw new LabError(`--plugin ${path ?? ''}: ${error.message}`);
  }
}

async function importParts(path: string): Promise<PluginParts> {
  if (!existsSync(path)) throw new LabError(`--plugin ${path}: no such file.`);
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(path).href)) as { default?: unknown };
  } catch (error) {
    throw new LabError(`--plugin ${path} cannot be loaded: ${(error as Error).message}`);
  }
  const fault = findPluginFault(module.default);
  if (fault !== undefined) throw new LabError(`--plugin ${path}: the default export ${fault}`);
  return module.default as PluginParts;
}

/** Hashes a module and the modules that it imports by relative path. Packages are left to their lock files. */
function digestModule(entry: string): string {
  const hash = createHash('sha256');
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    const source = readFileSync(path, 'utf8');
    // Relative, so that a copy in another folder has the same digest. The entry may have another name.
    const name = path === entry ? '' : relative(dirname(entry), path);
    hash.update(`${name}\0${source.length}\0${source}`);
    for (const { specifier } of parse(source)[0]) {
      const imported = specifier?.startsWith('.') ? resolve(dirname(path), specifier) : undefined;
      if (imported !== undefined && existsSync(imported)) visit(imported);
    }
  };
  visit(entry);
  return hash.digest('hex');
}
