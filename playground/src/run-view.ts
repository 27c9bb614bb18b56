import { signal, type Signal } from '@preact/signals';
import type { EndRecord, StepLine } from 'gradclip-lab/browser';
import type { WorkerMessage, Options } from './protocol.ts';
import type { Flow } from './verdict.ts';

/** One run as the page shows it. */
export interface RunView {
  readonly lines: StepLine[];
  /** The gradient by time step, at some training steps. */
  readonly flows: Flow[];
  /** Increases with each message, so that views update without copying lines and flows. */
  readonly version: Signal<number>;
  readonly options: Signal<Options | undefined>;
  readonly end: Signal<EndRecord | undefined>;
  readonly sample: Signal<{ step: number; text: string } | undefined>;
  /** The first line of its records, once it has ended. */
  start: string;
}

/** Creates a run without any message yet. */
export function newRun(): RunView {
  return {
    lines: [],
    flows: [],
    version: signal(0),
    options: signal(undefined),
    end: signal(undefined),
    sample: signal(undefined),
    start: '',
  };
}

/** Applies a message of the worker to a run. */
export function applyMessage(run: RunView, message: Extract<WorkerMessage, { run: number }>): void {
  switch (message.type) {
    case 'records':
      run.start = message.start;
      return;
    case 'options':
      run.options.value = message.options;
      return;
    case 'steps':
      run.lines.push(...message.lines);
      run.version.value += 1;
      return;
    case 'sample':
      run.sample.value = message;
      return;
    case 'flow':
      run.flows.push(message.flow);
      run.version.value += 1;
      return;
    case 'end':
      run.end.value = message.end;
  }
}
