import type { CatalogueField } from './catalogue.ts';

/** How a slider runs over the values of a field. */
export interface Scale {
  /** The last stop; the first is 0. */
  readonly stops: number;
  toStop(value: number): number;
  fromStop(stop: number): number;
}

const STOPS = 400;
// How far a slider reaches around a default where the field has no end, in factors.
const [DOWN, UP, UP_WHOLE] = [1000, 100, 10];

/** A scale that runs evenly where both ends are given and near, else by factors; every stop is a permitted value. */
export function scaleOf(field: CatalogueField): Scale {
  const { min = -Infinity, max = Infinity, kind, openBelow, openAbove } = field;
  if (max <= 0 && min < 0)
    return mirrored(scaleOf({ ...field, min: 0 - max, max: 0 - min, default: negated(field.default) }));
  if (Number.isFinite(min) && Number.isFinite(max) && max - min <= 1000) {
    if (kind === 'integer')
      return clamped(
        max - min,
        (value) => value - min,
        (stop) => min + stop,
      );
    const [low, high] = [openBelow ? min + (max - min) / 1000 : min, openAbove ? max - (max - min) / 1000 : max];
    return clamped(
      STOPS,
      (value) => ((value - low) / (high - low)) * STOPS,
      (stop) => tidy(low + (stop / STOPS) * (high - low)),
    );
  }
  const standard =
    typeof field.default === 'number' && field.default > 0 && Number.isFinite(field.default) ? field.default : 1;
  const low = Math.max(standard / DOWN, kind === 'integer' ? Math.max(1, min) : min);
  const high = Math.min(max, Math.max(standard, low) * (kind === 'integer' ? UP_WHOLE : UP));
  const tidied = kind === 'integer' ? Math.round : tidy;
  return clamped(
    STOPS,
    (value) => (value <= low ? 0 : (Math.log(value / low) / Math.log(high / low)) * STOPS),
    (stop) => tidied(low * (high / low) ** (stop / STOPS)),
  );
}

function clamped(stops: number, toStop: Scale['toStop'], fromStop: Scale['fromStop']): Scale {
  return { stops, fromStop, toStop: (value) => Math.round(Math.min(stops, Math.max(0, toStop(value)))) };
}

function mirrored({ stops, toStop, fromStop }: Scale): Scale {
  return { stops, toStop: (value) => toStop(0 - value), fromStop: (stop) => 0 - fromStop(stop) };
}

function negated(value: unknown): unknown {
  return typeof value === 'number' ? 0 - value : value;
}

function tidy(value: number): number {
  return Number(value.toPrecision(3));
}
