import { signal, type Signal } from '@preact/signals';
import type { EndRecord, StepLine } from 'gradclip-lab/browser';
import type { News, Options } from './protocol.ts';

/** Over how many steps the clip rate is taken. */
export const RECENT = 50;

/** What one run has done so far. */
export interface RunView {
  readonly lines: StepLine[];
  /** At each step, the share of the last {@link RECENT} steps that were clipped. */
  readonly clipRates: number[];
  /** Grows with each news, so that views follow without the lines being copied. */
  readonly version: Signal<number>;
  readonly options: Signal<Options | undefined>;
  readonly end: Signal<EndRecord | undefined>;
  readonly sample: Signal<{ step: number; text: string } | undefined>;
  readonly flow: Signal<{ step: number; norms: readonly number[] } | undefined>;
  /** The first line of its records, once it has ended. */
  start: string;
}

/** A run of which nothing has been heard. */
export function newRun(): RunView {
  return {
    lines: [],
    clipRates: [],
    version: signal(0),
    options: signal(undefined),
    end: signal(undefined),
    sample: signal(undefined),
    flow: signal(undefined),
    start: '',
  };
}

/** Takes in news of a run. */
export function hearOf(run: RunView, news: Extract<News, { run: number }>): void {
  switch (news.type) {
    case 'records':
      run.start = news.start;
      return;
    case 'options':
      run.options.value = news.options;
      return;
    case 'steps':
      for (const line of news.lines) {
        run.lines.push(line);
        const recent = run.lines.slice(-RECENT);
        run.clipRates.push(recent.filter(({ clipped }) => clipped).length / recent.length);
      }
      run.version.value += 1;
      return;
    case 'sample':
      run.sample.value = news;
      return;
    case 'flow':
      run.flow.value = news;
      return;
    case 'end':
      run.end.value = news.end;
  }
}
