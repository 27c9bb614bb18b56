import { cells, optimizers } from 'gradclip-lab/browser';
import { useId } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { apply, ownText, restart, setup } from './session.ts';
import { BACKENDS, offeredTasks, rangeOf } from './setup.ts';

/** What is trained: task, cell, optimizer, rate, sizes, seed and backend. */
export function Controls() {
  const now = setup.value;
  const task = offeredTasks.find(({ id }) => id === now.task);
  const settings = { ...task?.settings, ...now.settings };
  return (
    <form
      class="controls"
      aria-label="What is trained"
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      <Choice
        label="Task"
        value={now.task}
        choices={offeredTasks.map(({ id, title }) => [id, title])}
        onChange={(id) => {
          apply({ task: id, settings: {} });
        }}
      />
      <Choice
        label="Cell"
        value={now.cell}
        choices={cells.map(({ id, title }) => [id, title])}
        onChange={(cell) => {
          apply({ cell });
        }}
      />
      <Choice
        label="Optimizer"
        value={now.optimizer}
        choices={Object.keys(optimizers).map((name) => [name, name])}
        onChange={(optimizer) => {
          apply({ optimizer });
        }}
      />
      <NumberField
        label="Learning rate"
        value={now.learningRate}
        range={[1e-6, 100]}
        onChange={(learningRate) => {
          apply({ learningRate });
        }}
      />
      {Object.entries(settings).map(([name, value]) => (
        <NumberField
          key={name}
          label={name}
          value={value}
          range={rangeOf(name)}
          onChange={(changed) => {
            apply({ settings: { ...now.settings, [name]: Math.round(changed) } });
          }}
        />
      ))}
      <NumberField
        label="Seed"
        value={now.seed}
        range={[0, 1e6]}
        onChange={(seed) => {
          apply({ seed: Math.round(seed) });
        }}
      />
      <Choice
        label="Backend"
        value={now.backend}
        choices={[['auto', 'best that works'], ...BACKENDS.map((name) => [name, name] as const)]}
        onChange={(backend) => {
          apply({ backend: backend as (typeof now)['backend'] });
        }}
      />
      {now.task === 'char-lm' ? <OwnText /> : null}
    </form>
  );
}

function OwnText() {
  const id = useId();
  return (
    <details class="own-text">
      <summary>Train on a text of your own</summary>
      <label for={id}>Paste at least a few thousand characters; they stay in this tab, and are not part of the link.</label>
      <textarea
        id={id}
        rows={4}
        onChange={(event) => {
          const text = event.currentTarget.value;
          ownText.value = text.trim() === '' ? undefined : text;
          restart();
        }}
      />
    </details>
  );
}

function Labelled({ label, children }: { label: string; children: (id: string) => ComponentChildren }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id)}
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly choices: readonly (readonly [value: string, title: string])[];
  readonly onChange: (value: string) => void;
}

function Choice({ label, value, choices, onChange }: ChoiceProps) {
  return (
    <Labelled label={label}>
      {(id) => (
        <select
          id={id}
          value={value}
          onChange={(event) => {
            onChange(event.currentTarget.value);
          }}
        >
          {choices.map(([one, title]) => (
            <option key={one} value={one}>
              {title}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly range: readonly [least: number, most: number];
  readonly onChange: (value: number) => void;
}

function NumberField({ label, value, range: [least, most], onChange }: NumberFieldProps) {
  return (
    <Labelled label={label}>
      {(id) => (
        <input
          id={id}
          type="number"
          step="any"
          inputMode="decimal"
          min={least}
          max={most}
          value={value}
          onChange={(event) => {
            const changed = event.currentTarget.valueAsNumber;
            if (Number.isFinite(changed)) onChange(changed);
          }}
        />
      )}
    </Labelled>
  );
}
