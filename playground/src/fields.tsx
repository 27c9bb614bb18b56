import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface LabelledProps {
  readonly label: string;
  readonly wide?: boolean;
  readonly about?: string;
  readonly children: (id: string) => ComponentChildren;
}

function Labelled({ label, wide = false, about, children }: LabelledProps) {
  const id = useId();
  return (
    <div class={wide ? 'field wide' : 'field'}>
      <label for={id}>{label}</label>
      {children(id)}
      {about === undefined ? null : <p class="about">{about}</p>}
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly wide?: boolean;
  /** A sentence on what is chosen. */
  readonly about?: string;
  readonly choices: readonly (readonly [value: string, title: string])[];
  readonly onChange: (value: string) => void;
}

/** One of several, by name. */
export function Choice({ value, choices, onChange, ...label }: ChoiceProps) {
  return (
    <Labelled {...label}>
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
  readonly whole?: boolean;
  readonly onChange: (value: number) => void;
}

/** A number, applied when the field is left; a number out of range is refused with a message. */
export function NumberField({ label, value, range: [least, most], whole = false, onChange }: NumberFieldProps) {
  return (
    <Labelled label={label}>
      {(id) => (
        <input
          id={id}
          type="number"
          step={whole ? 1 : 'any'}
          inputMode={whole ? 'numeric' : 'decimal'}
          min={least}
          max={most}
          value={value}
          onChange={(event) => {
            const input = event.currentTarget;
            const typed = input.valueAsNumber;
            const isValid = typed >= least && typed <= most && (!whole || Number.isInteger(typed));
            input.setCustomValidity(isValid ? '' : `Enter a ${whole ? 'whole ' : ''}number from ${least} to ${most}.`);
            input.reportValidity();
            if (isValid && typed !== value) onChange(typed);
          }}
        />
      )}
    </Labelled>
  );
}
