import { Command, InvalidArgumentError, Option } from 'commander';
import { usePlugin } from '../node/plugin.ts';
import { redactCredentials } from '../redis/address.ts';
import type { Screen } from '../node/progress.ts';

/** What a command reads and writes. */
export interface Terminal {
  /** The arguments after the program's name. */
  readonly args: readonly string[];
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: Screen;
  /** Aborts when the user interrupts the program. */
  readonly signal: AbortSignal;
}

/** The default of `--out`. */
const DEFAULT_OUT = 'gradclip-results';

/** Thrown when a command was interrupted before it finished; the message says what was saved. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** The option that names the results folder. */
export function outOption(about: string, folder = DEFAULT_OUT): Option {
  return new Option('-o, --out <folder>', about).argParser(parseFolder).default(folder);
}

/** The option that loads a plugin, which `createCommand` does before the command runs. */
export function pluginOption(): Option {
  return new Option('--plugin <file>', 'module that adds strategies, cells, tasks, optimizers or experiments');
}

/** Creates a command that prints to the terminal and throws instead of ending the process. */
export function createCommand(name: string, { stdout, stderr }: Terminal): Command {
  return new Command(name)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    })
    .hook('preAction', async (_, command) => {
      await usePlugin(command.opts<{ plugin?: string }>().plugin);
    });
}

/** The command line as the user wrote it, ready to paste into a shell, without passwords. */
export function shellCommand({ args }: Terminal): string {
  return ['npx', 'gradclip-lab', ...redactCredentials(args).map(quoteForShell)].join(' ');
}

/** Prints a result: the value as JSON where the user asked for it, otherwise the text. */
export function printResult({ stdout }: Terminal, json: true | undefined, value: unknown, text: string): void {
  stdout.write(`${json ? JSON.stringify(value, undefined, 2) : text}\n`);
}

/** Prints where the HTML report is. */
export function printReportPath({ stderr }: Terminal, path: string): void {
  stderr.write(`\nReport with charts: ${path}\n`);
}

export function parseNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new InvalidArgumentError('Expected a comma-separated list of names.');
  return names;
}

export function parseNumber(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isNaN(value)) throw new InvalidArgumentError(`\`${text}\` is not a number.`);
  return value;
}

export function parseNumbers(text: string): number[] {
  return text.split(',').map(parseNumber);
}

/** Parses seeds such as `1,2,3` or `1-10`. */
export function parseSeeds(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [, first, last] = /^\s*(\d+)-(\d+)\s*$/.exec(part)?.map(Number) ?? [];
    if (first === undefined || last === undefined) return [parseNumber(part)];
    if (first > last) throw new InvalidArgumentError(`\`${part}\` is not a range. Write the smaller seed first.`);
    if (last - first >= MAX_SEEDS) throw new InvalidArgumentError(`\`${part}\` has more than ${MAX_SEEDS} seeds.`);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

const MAX_SEEDS = 10_000;

/** Parses settings such as `units=128,column=Close`. */
export function parseSettings(text: string): Record<string, number | string> {
  const entries = text.split(',').map((part): [string, number | string] => {
    const [, name = '', value = ''] = /^\s*([^=]*?)\s*=\s*(.*?)\s*$/.exec(part) ?? [];
    if (name === '' || value === '') throw new InvalidArgumentError('Expected name=value,name=value.');
    return [name, Number.isNaN(Number(value)) ? value : Number(value)];
  });
  return Object.fromEntries(entries);
}

/** Parses the path of a folder. */
export function parseFolder(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('Expected the path of a folder.');
  return text;
}

export function parseWorkers(text: string): number {
  const value = parseNumber(text);
  if (!Number.isInteger(value) || value < 0 || value > 256) {
    throw new InvalidArgumentError('Expected a whole number from 0 to 256. 0 trains on the main thread.');
  }
  return value;
}

export function parsePositiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return value;
}

function quoteForShell(word: string): string {
  return /^[\w./:=,@+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
