import type { EndRecord, StepLine } from 'gradclip-lab/browser';
import type { Setup } from './setup.ts';

/** What the page asks of the worker. */
export type Request =
  | { readonly type: 'start'; readonly setup: Setup; readonly text?: string; readonly paused?: boolean }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'step' }
  | { readonly type: 'retune'; readonly run: number; readonly options: Readonly<Record<string, unknown>> };

/** What the worker tells the page. */
export type News =
  | { readonly type: 'backend'; readonly name: string; readonly reason: string }
  | { readonly type: 'steps'; readonly run: number; readonly lines: readonly StepLine[] }
  | { readonly type: 'sample'; readonly run: number; readonly step: number; readonly text: string }
  | { readonly type: 'flow'; readonly run: number; readonly step: number; readonly norms: readonly number[] }
  | { readonly type: 'end'; readonly run: number; readonly end: EndRecord }
  | { readonly type: 'records'; readonly run: number; readonly start: string }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'rate'; readonly stepsPerSecond: number };
