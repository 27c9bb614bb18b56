import { signal } from '@preact/signals';
import type { StrategySpec } from 'gradclip';
import { codeFor } from './code.ts';
import { backend, ownText, runs, setup } from './session.ts';
import { taskOf } from './catalogue.ts';
import { hashOf } from './link.ts';

/** What was copied last, or that it was not allowed. */
export const copied = signal('');

/** Copies a program that trains with the strategy of a run. */
export function copyCode(index: number): void {
  const spec = setup.value.strategies[index] as StrategySpec;
  const { name = 'wasm' } = backend.value ?? {};
  const program = {
    setup: setup.value,
    spec,
    settings: { ...taskOf(setup.value.task).settings, ...setup.value.settings },
    backend: name,
    steps: runs.value[index]?.end.value?.steps ?? setup.value.steps,
    ownText: ownText.value !== undefined,
  };
  void copy(`code of run ${index + 1}`, codeFor(program));
}

/** Copies the address that holds the set-up. */
export function copyLink(): void {
  void copy('link', location.href.replace(/#.*$/, '') + hashOf(setup.value));
}

async function copy(what: string, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    copied.value = `Copied the ${what}.`;
  } catch {
    copied.value = `The browser did not allow copying the ${what}.`;
  }
}
