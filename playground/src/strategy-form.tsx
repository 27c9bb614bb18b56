import type { Field, StrategySpec } from 'gradclip';
import { useId } from 'preact/hooks';
import { figure } from './diagnosis.ts';
import { registry } from './setup.ts';

interface StrategyFormProps {
  readonly spec: StrategySpec;
  /** Another strategy, which begins anew. */
  readonly onChoose: (spec: StrategySpec) => void;
  /** Other options of the same strategy, which go on. */
  readonly onRetune: (options: Readonly<Record<string, unknown>>) => void;
}

/** Chooses a strategy and sets its options, as its own fields describe them. */
export function StrategyForm({ spec, onChoose, onRetune }: StrategyFormProps) {
  const id = useId();
  const options = registry.create(spec).options;
  const { title, fields } = registry.get(spec.id);
  return (
    <div class="strategy-form">
      <label class="visually-hidden" for={id}>
        Strategy
      </label>
      <select
        id={id}
        value={spec.id}
        title={title}
        onChange={(event) => {
          onChoose({ id: event.currentTarget.value });
        }}
      >
        {registry.ids().map((one) => (
          <option key={one} value={one}>
            {registry.get(one).title}
          </option>
        ))}
      </select>
      {Object.entries(fields).map(([name, field]) => (
        <Option
          key={`${spec.id}.${name}`}
          name={name}
          field={field}
          value={options[name]}
          onInput={(value) => {
            onRetune({ ...spec.options, [name]: value });
          }}
        />
      ))}
    </div>
  );
}

interface OptionProps {
  readonly name: string;
  readonly field: Field;
  readonly value: unknown;
  readonly onInput: (value: unknown) => void;
}

function Option({ name, field, value, onInput }: OptionProps) {
  const id = useId();
  // Lists and tables of thresholds are for code, not for a slider.
  if (field.kind === 'names' || field.kind === 'numbers-by-name' || field.kind === 'integers') return null;
  if (field.nullable === true && value === null) return null;
  return (
    <div class="option" title={field.about}>
      <label for={id}>{name}</label>
      {field.kind === 'choice' ? (
        <select
          id={id}
          value={String(value)}
          onChange={(event) => {
            const chosen = event.currentTarget.value;
            onInput(field.choices?.find((one) => String(one) === chosen));
          }}
        >
          {field.choices?.map((one) => <option key={one}>{one}</option>)}
        </select>
      ) : field.kind === 'flag' ? (
        <input
          id={id}
          type="checkbox"
          checked={value === true}
          onChange={(event) => {
            onInput(event.currentTarget.checked);
          }}
        />
      ) : (
        <Slider id={id} field={field} value={Number(value)} onInput={onInput} />
      )}
    </div>
  );
}

const STOPS = 400;

function Slider({ id, field, value, onInput }: { id: string; field: Field; value: number; onInput: (value: number) => void }) {
  const scale = scaleOf(field);
  return (
    <>
      <input
        id={id}
        type="range"
        min={0}
        max={STOPS}
        value={Math.round(scale.toStop(value) * STOPS)}
        aria-valuetext={figure(value)}
        onInput={(event) => {
          onInput(scale.fromStop(Number(event.currentTarget.value) / STOPS));
        }}
      />
      <output for={id}>{figure(value)}</output>
    </>
  );
}

/** How a slider runs over the values of a field: evenly where both ends are given, else by factors. */
function scaleOf({ kind, min = 0, max, default: standard }: Field): {
  toStop: (value: number) => number;
  fromStop: (stop: number) => number;
} {
  const tidied = (value: number): number => (kind === 'integer' ? Math.round(value) : Number(value.toPrecision(3)));
  const within = (stop: number): number => Math.min(1, Math.max(0, stop));
  if (max !== undefined && Number.isFinite(max) && Number.isFinite(min) && max / Math.max(min, 1) <= 1000) {
    // Up to but not including 1 is a common end; a slider need not reach it.
    const top = max === 1 ? 0.999 : max;
    return {
      toStop: (value) => within((value - min) / (top - min)),
      fromStop: (stop) => tidied(min + stop * (top - min)),
    };
  }
  const around = typeof standard === 'number' && standard > 0 && Number.isFinite(standard) ? standard : 1;
  const [low, high] = [Math.max(around / 1000, min), kind === 'integer' ? around * 10 : around * 100];
  return {
    toStop: (value) => (value <= low ? 0 : within(Math.log(value / low) / Math.log(high / low))),
    fromStop: (stop) => tidied(low * (high / low) ** stop),
  };
}
