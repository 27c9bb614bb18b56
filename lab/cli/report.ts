import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import { LabError } from '../errors.ts';
import { planToReport } from '../node/publish.ts';
import { updateReport, type CurrentReport } from '../node/report-cache.ts';
import { ResultsFolder } from '../node/results-folder.ts';
import { WriteError } from '../node/write-error.ts';
import { createCommand, pluginOption, outOption, parseFolder, printReportPath, type Terminal } from './terminal.ts';

interface Options {
  readonly out: string;
  readonly to?: string;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  npx gradclip-lab report
  npx gradclip-lab report --out my-results --json`;

/** `report`: rebuilds the summary and the report from the records of finished runs. */
export function reportCommand(terminal: Terminal): Command {
  return createCommand('report', terminal)
    .description('rebuild summary.json and report.html without training')
    .addOption(outOption('folder of an earlier comparison'))
    .option('--to <folder>', 'folder to write to (default: the same as --out)', parseFolder)
    .option('--json', 'print the summary as JSON')
    .addOption(pluginOption())
    .addHelpText('after', EXAMPLES)
    .action(({ out, to, json }: Options) => {
      // Thousands of runs leave much garbage; by default the heap may grow to four times what is in use.
      setFlagsFromString('--heap-growing-percent=20');
      const folder = new ResultsFolder(out);
      const plan = planToReport(folder);
      const { summary, text, report } = explainReadOnly(() => updateReport(folder, plan, to));
      terminal.stdout.write(`${json ? summary : text}\n`);
      printReportPath(terminal, report);
    });
}

function explainReadOnly(write: () => CurrentReport): CurrentReport {
  try {
    return write();
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
    throw new LabError(`${error.message} To write the report elsewhere, add --to FOLDER.`);
  }
}
