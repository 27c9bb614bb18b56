import type { Command } from 'commander';
import { writeResults } from '../results-page/write-results.ts';
import { createCommand, pluginOption, type Terminal } from './terminal.ts';

/** `results`: builds the results page and its charts from saved comparisons. */
export function resultsCommand(terminal: Terminal): Command {
  return createCommand('results', terminal)
    .description('build the results page and its charts from saved comparisons')
    .option('--from <folder>', 'folder of the saved comparisons', 'lab/results')
    .option('--to <folder>', 'folder to write the page to', 'docs')
    .addOption(pluginOption())
    .action(({ from, to }: { from: string; to: string }) => {
      terminal.stdout.write(`Wrote ${writeResults(from, to)}.\n`);
    });
}
