import type { StrategySpec } from 'gradclip';
import { useId } from 'preact/hooks';
import { catalogue, strategyOf, type CatalogueField } from './catalogue.ts';
import { formatThreshold } from './format.ts';
import { scaleOf } from './scale.ts';

interface StrategyFormProps {
  /** The strategy with the options in force. */
  readonly spec: StrategySpec;
  /** Another strategy, which begins anew. */
  readonly onChoose: (spec: StrategySpec) => void;
  /** Another value of one option; the strategy keeps its state. */
  readonly onRetune: (name: string, value: unknown) => void;
}

/** Chooses a strategy and sets its options, as its own fields describe them. */
export function StrategyForm({ spec, onChoose, onRetune }: StrategyFormProps) {
  const id = useId();
  const { fields, options: standard } = strategyOf(spec.id);
  return (
    <div class="strategy-form">
      <label class="visually-hidden" for={id}>
        Strategy
      </label>
      <select
        id={id}
        value={spec.id}
        onChange={(event) => {
          onChoose({ id: event.currentTarget.value });
        }}
      >
        {catalogue.strategies.map((one) => (
          <option key={one.id} value={one.id}>
            {one.title}
          </option>
        ))}
      </select>
      {Object.entries(fields).map(([name, field]) => (
        <Option
          key={`${spec.id}.${name}`}
          name={name}
          field={field}
          value={{ ...standard, ...spec.options }[name]}
          onInput={(value) => {
            onRetune(name, value);
          }}
        />
      ))}
    </div>
  );
}

interface OptionProps {
  readonly name: string;
  readonly field: CatalogueField;
  readonly value: unknown;
  readonly onInput: (value: unknown) => void;
}

// Lists and tables of thresholds are for code, not for a slider.
const FOR_CODE = ['names', 'numbers-by-name', 'integers'];

function Option({ name, field, value, onInput }: OptionProps) {
  const id = useId();
  if (FOR_CODE.includes(field.kind)) return null;
  const off = field.nullable === true && value === null;
  return (
    <div class="option">
      <div class="name">
        <label for={id}>{name}</label>
        {field.nullable === true ? (
          <label class="switch">
            <input
              type="checkbox"
              checked={!off}
              aria-label={`Set ${name}`}
              onChange={() => onInput(off ? firstOf(field) : null)}
            />
            set
          </label>
        ) : null}
      </div>
      {off ? (
        <span class="unset" id={id}>
          not set
        </span>
      ) : (
        <Control id={id} name={name} field={field} value={value} onInput={onInput} />
      )}
      <p class="about">{field.about}</p>
    </div>
  );
}

function firstOf({ default: standard, min = 0 }: CatalogueField): unknown {
  if (typeof standard === 'number' && Number.isFinite(standard) && standard !== 0) return standard;
  return min < 0 ? -1 : 1;
}

function Control({ id, field, value, onInput }: OptionProps & { readonly id: string }) {
  if (field.kind === 'choice') {
    return (
      <select
        id={id}
        value={String(value)}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          onInput(field.choices?.find((one) => String(one) === chosen));
        }}
      >
        {field.choices?.map((one) => (
          <option key={one} value={String(one)}>
            {one}
          </option>
        ))}
      </select>
    );
  }
  if (field.kind === 'flag') {
    return (
      <input
        id={id}
        type="checkbox"
        checked={value === true}
        onChange={(event) => {
          onInput(event.currentTarget.checked);
        }}
      />
    );
  }
  const scale = scaleOf(field);
  return (
    <>
      <input
        id={id}
        type="range"
        min={0}
        max={scale.stops}
        value={scale.toStop(Number(value))}
        aria-valuetext={formatThreshold(Number(value))}
        onInput={(event) => {
          onInput(scale.fromStop(Number(event.currentTarget.value)));
        }}
      />
      <output for={id}>{formatThreshold(Number(value))}</output>
    </>
  );
}
