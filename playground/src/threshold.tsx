import { signal } from '@preact/signals';
import { useMemo, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { formatNumber } from './diagnosis.ts';

interface ThresholdProps {
  /** The run it belongs to, counted from 0. */
  readonly run: number;
  /** The threshold; undefined where the run has none to drag. */
  readonly value: number | undefined;
  readonly onChange: (value: number) => void;
}

// A key press moves the line by a tenth, with Page keys by half.
const [SMALL_MOVE, LARGE_MOVE] = [1.1, 1.5];

/** A line over the chart of norms that can be dragged, or moved with the arrow keys, while the run trains. */
export function useThreshold({ run, value, onChange }: ThresholdProps) {
  const chart = useRef<uPlot | undefined>(undefined);
  const top = useMemo(() => signal<number | undefined>(undefined), []);
  const latest = useRef(value);
  latest.current = value;

  const position = (plot: uPlot): void => {
    chart.current = plot;
    const pixel = latest.current === undefined ? NaN : plot.valToPos(latest.current, 'y');
    const height = plot.bbox.height / devicePixelRatio;
    const above = plot.bbox.top / devicePixelRatio;
    top.value = Number.isFinite(pixel) ? Math.min(height, Math.max(0, pixel)) + above : undefined;
  };
  const drag = (event: PointerEvent): void => {
    const plot = chart.current;
    const target = event.currentTarget as HTMLElement;
    if (plot === undefined || !target.hasPointerCapture(event.pointerId)) return;
    const box = plot.over.getBoundingClientRect();
    const moved = plot.posToVal(Math.min(box.height, Math.max(0, event.clientY - box.top)), 'y');
    if (moved > 0) onChange(Number(moved.toPrecision(3)));
  };
  const press = (event: KeyboardEvent): void => {
    const factors: Readonly<Record<string, number>> = {
      ArrowUp: SMALL_MOVE,
      ArrowRight: SMALL_MOVE,
      ArrowDown: 1 / SMALL_MOVE,
      ArrowLeft: 1 / SMALL_MOVE,
      PageUp: LARGE_MOVE,
      PageDown: 1 / LARGE_MOVE,
    };
    const factor = factors[event.key];
    if (factor === undefined || value === undefined) return;
    event.preventDefault();
    onChange(Number((Math.max(value, 1e-6) * factor).toPrecision(3)));
  };
  const handle =
    top.value === undefined || value === undefined ? null : (
      <div
        class="threshold"
        style={{ top: `${top.value}px` }}
        role="slider"
        tabIndex={0}
        aria-label={`Threshold of run ${run + 1}`}
        aria-orientation="vertical"
        aria-valuemin={0}
        aria-valuemax={1e6}
        aria-valuenow={value}
        aria-valuetext={formatNumber(value)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerMove={drag}
        onKeyDown={press}
      >
        <span>threshold {formatNumber(value)}</span>
      </div>
    );
  return { handle, position };
}
