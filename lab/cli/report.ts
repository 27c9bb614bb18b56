import type { Command } from 'commander';
import { writeReport } from '../node/compare.ts';
import { ResultsFolder } from '../node/results-folder.ts';
import { formatReport } from '../text/terminal-report.ts';
import { createCommand, DEFAULT_OUT, printReportPath, printResult, type Terminal } from './terminal.ts';

interface Options {
  readonly out: string;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  gradclip-lab report
  gradclip-lab report --out my-results --json`;

/** `report`: rebuilds the summary and the report from the records of finished runs. */
export function reportCommand(terminal: Terminal): Command {
  return createCommand('report', terminal)
    .description('rebuild summary.json and report.html without training')
    .option('-o, --out <folder>', 'folder of an earlier comparison', DEFAULT_OUT)
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', EXAMPLES)
    .action(({ out, json }: Options) => {
      const folder = new ResultsFolder(out);
      const runs = folder.requireFinishedIds();
      const allRuns = { experiment: 'all runs', question: `All runs in ${out}`, budget: '', command: '', runs };
      const { summary, answer, report } = writeReport(folder, folder.readPlan() ?? allRuns);
      printResult(terminal, json, summary, formatReport(summary, answer));
      printReportPath(terminal, report);
    });
}
