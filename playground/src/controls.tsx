import { BACKENDS } from './backend-names.ts';
import { catalogue, taskOf } from './catalogue.ts';
import { Choice, NumberField } from './fields.tsx';
import { apply, setup } from './session.ts';
import { MOST_STEPS, rangeOf, STARTS } from './setup.ts';

const SETTINGS: Readonly<Record<string, string>> = {
  units: 'Hidden units',
  batch: 'Batch size',
  length: 'Sequence length',
  characters: 'Sequence length',
  window: 'Days looked back',
};

/** What is trained: task, cell, optimizer, rate, sizes, seed and backend. */
export function Controls() {
  const now = setup.value;
  const task = taskOf(now.task);
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
        wide
        value={now.task}
        choices={catalogue.tasks.map(({ id, title }) => [id, title])}
        about={task.about}
        onChange={(id) => apply({ task: id, settings: {}, ...STARTS[id] })}
      />
      <Choice
        label="Cell"
        value={now.cell}
        choices={catalogue.cells.map(({ id, title }) => [id, title])}
        onChange={(cell) => apply({ cell })}
      />
      <Choice
        label="Optimizer"
        value={now.optimizer}
        choices={catalogue.optimizers.map((name) => [name, name])}
        onChange={(optimizer) => apply({ optimizer })}
      />
      <NumberField
        label="Learning rate"
        value={now.learningRate}
        range={[1e-6, 100]}
        onChange={(learningRate) => apply({ learningRate })}
      />
      {Object.entries({ ...task.settings, ...now.settings }).map(([name, value]) => (
        <NumberField
          key={name}
          label={SETTINGS[name] ?? name}
          value={value}
          whole
          range={rangeOf(name)}
          onChange={(changed) => apply({ settings: { ...now.settings, [name]: changed } })}
        />
      ))}
      <NumberField
        label="Steps"
        value={now.steps}
        whole
        range={[1, MOST_STEPS]}
        onChange={(steps) => apply({ steps })}
      />
      <NumberField label="Seed" value={now.seed} whole range={[0, 1e6]} onChange={(seed) => apply({ seed })} />
      <Choice
        label="Backend"
        wide
        value={now.backend}
        choices={[['auto', 'best that works'], ...BACKENDS.map((name) => [name, name] as const)]}
        onChange={(backend) => apply({ backend: backend as typeof now.backend })}
      />
    </form>
  );
}
