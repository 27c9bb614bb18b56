import type { EndRecord, StepLine } from 'gradclip-lab/browser';
import type { Backend } from './backend-names.ts';
import type { Setup } from './setup.ts';
import type { Bounds, Flow } from './verdict.ts';

/** A message from the page to the worker. */
export type Request =
  | {
      readonly type: 'start';
      readonly setup: Setup;
      /** Backends that have failed in this tab. */
      readonly without: readonly Backend[];
      readonly text?: string;
      readonly paused?: boolean;
    }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'step' }
  | { readonly type: 'retune'; readonly run: number; readonly options: Options };

/** The options of a strategy. */
export type Options = Readonly<Record<string, unknown>>;

/** A message from the worker to the page. */
export type WorkerMessage =
  | { readonly type: 'ready'; readonly name: Backend; readonly reason: string; readonly bounds: Bounds }
  /** The graphics context of a backend was lost, with all its tensors. */
  | { readonly type: 'lost'; readonly name: Backend }
  /** A set-up or text that cannot be trained, or options that a strategy rejects. */
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'rate'; readonly stepsPerSecond: number }
  /** The first line of a run's records, sent when it has ended and all its options are known. */
  | { readonly type: 'records'; readonly run: number; readonly start: string }
  /** The current options, with defaults. */
  | { readonly type: 'options'; readonly run: number; readonly options: Options }
  | { readonly type: 'steps'; readonly run: number; readonly lines: readonly StepLine[] }
  | { readonly type: 'sample'; readonly run: number; readonly step: number; readonly text: string }
  | { readonly type: 'flow'; readonly run: number; readonly flow: Flow }
  | { readonly type: 'end'; readonly run: number; readonly end: EndRecord };
