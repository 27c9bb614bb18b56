/**
 * The lab as a library: run experiments as streams of records, with your own tasks, cells and strategies.
 *
 * @module
 */

export { defineCell, type Cell, type CellRequest } from './cells/_cell.ts';
export {
  createLabContainer,
  LAB_TOKENS,
  type Container,
  type NamedOptimizer,
  type LabParts,
} from './catalogue/container.ts';
export { LabError } from './errors.ts';
export { defineExperiment, type Experiment, type Grid } from './experiments/_experiment.ts';
export type { PluginParts } from './node/plugin.ts';
export type { ReportedSummary, WrittenReport } from './node/compare.ts';
export { publish, type PublishOptions } from './node/publish.ts';
export type { FailedRun } from './node/results-folder.ts';
export type { ExperimentAnswer } from './experiments/_answer.ts';
export { runExperiment, type RunExperimentOptions } from './node/run-experiment.ts';
export type { EndRecord, Environment, Run, RunRecord, StartRecord, StepLine } from './run/record.ts';
export type { Coverage, DataNote, DataReport, DateRange } from './tasks/_data-report.ts';
export { summarize, type Summary, type SummaryRow } from './analysis/summary.ts';
export { runId, type RunConfig } from './run/run-config.ts';
export { deriveSeed } from './random.ts';
export { meanScore } from './tasks/_model.ts';
export {
  defineTask,
  type Answer,
  type Batch,
  type Dataset,
  type Metric,
  type Part,
  type Prediction,
  type Problem,
  type Score,
  type Settings,
  type Task,
} from './tasks/_task.ts';
