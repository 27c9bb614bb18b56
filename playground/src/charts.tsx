import { signal } from '@preact/signals';
import type { StrategySpec } from 'gradclip';
import { useMemo, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { taskOf } from './catalogue.ts';
import { Chart, type Note } from './chart.tsx';
import { formatNumber, formatThreshold } from './format.ts';
import { labelOf } from './labels.ts';
import type { RunView } from './run-view.ts';
import { bounds, retune, runs, setup } from './session.ts';
import { pointsOf } from './thinned.ts';

// The strategies whose `maxNorm` limits the norm that the chart shows.
const DRAGGABLE = ['global-norm', 'soft-norm'];
// The norm chart shows lines up to this multiple of the first norm and the thresholds; higher ones leave at the top.
const HEADROOM = 1000;
// A key press moves a threshold by a tenth, with Page keys by half.
const [SMALL_MOVE, LARGE_MOVE] = [1.1, 1.5];

/** The strategies as they are in force. */
export function specsNow(): StrategySpec[] {
  return runs.value.map((run, index) => {
    const { id, options } = setup.value.strategies[index] as StrategySpec;
    return { id, options: run.options.value ?? options ?? {} };
  });
}

/** The threshold of a run that can be dragged, or undefined. */
function thresholdOf({ id, options = {} }: StrategySpec): number | undefined {
  const { maxNorm, ord = 2 } = options as { maxNorm?: unknown; ord?: unknown };
  return DRAGGABLE.includes(id) && ord === 2 && typeof maxNorm === 'number' ? maxNorm : undefined;
}

/** The gradient norms of all runs, with thresholds to drag, and their losses. */
export function Charts() {
  const specs = specsNow();
  // Reading the versions subscribes to messages of the runs.
  const versions = runs.value.map(({ version }) => version.value).join();
  return (
    <div class="charts">
      <Norms specs={specs} versions={versions} />
      <Losses specs={specs} versions={versions} />
    </div>
  );
}

interface ChartProps {
  readonly specs: readonly StrategySpec[];
  readonly versions: string;
}

function Norms({ specs, versions }: ChartProps) {
  const data = useMemo(() => {
    const before = runs.value.map(({ lines }) => pointsOf(lines, ({ normBefore }) => normBefore, true));
    const after = runs.value.map(({ lines }, index) =>
      pointsOf(showsAfter(specs[index]!) ? lines : [], ({ normAfter }) => normAfter, true),
    );
    return uPlot.join([...before, ...after]);
  }, [runs.value, versions]);
  const thresholds = specs.map(thresholdOf);
  const chart = useRef<uPlot | undefined>(undefined);
  const drawn = useMemo(() => signal(0), []);
  return (
    <figure class="norms">
      <figcaption>
        <strong>Gradient norm</strong>{' '}
        <span class="soft">
          before clipping, by step
          {thresholds.some((value) => value !== undefined) ? '; clipped above its dashed line' : ''}
        </span>
        <Keys specs={specs} />
      </figcaption>
      <div class="overlaid">
        <Chart
          description={`Gradient norm by step. ${lastValues(specs, ({ normBefore }) => normBefore)}`}
          logarithmic
          data={data}
          range={normRange(data, thresholds)}
          series={[
            ...specs.map((_, index) => ({ colour: `run-${index}` })),
            ...specs.map((_, index) => ({ colour: `run-${index}`, dotted: true })),
          ]}
          notes={endings(({ normBefore }) => normBefore, specs)}
          onDraw={(plot) => {
            chart.current = plot;
            drawn.value += 1;
          }}
        />
        {thresholds.map((value, index) =>
          value === undefined ? null : (
            <Threshold
              key={index}
              run={index}
              label={labelOf(specs[index]!)}
              value={value}
              chart={chart}
              drawn={drawn}
            />
          ),
        )}
      </div>
    </figure>
  );
}

// The norm after clipping is the threshold where there is one to drag, and the norm before without clipping.
function showsAfter(spec: StrategySpec): boolean {
  return spec.id !== 'none' && thresholdOf(spec) === undefined;
}

function Losses({ specs, versions }: ChartProps) {
  const { guess } = bounds.value;
  const data = useMemo(
    () => uPlot.join(runs.value.map(({ lines }) => pointsOf(lines, ({ loss }) => loss, false))),
    [runs.value, versions],
  );
  const top = Number.isFinite(guess) ? 2 * guess : 10;
  return (
    <figure class="losses">
      <figcaption>
        <strong>Loss</strong> <span class="soft">{taskOf(setup.value.task).loss}</span>{' '}
        {Number.isFinite(guess) ? <span class="level">guessing {formatNumber(guess)}</span> : null}
      </figcaption>
      <Chart
        description={`Training loss by step; guessing has ${formatNumber(guess)}. ${lastValues(specs, ({ loss }) => loss)}`}
        data={data}
        range={[0, top]}
        series={specs.map((_, index) => ({ colour: `run-${index}` }))}
        level={guess}
        notes={endings(
          () => top,
          specs,
          (line) => !(line.loss <= top),
        )}
      />
    </figure>
  );
}

function Keys({ specs }: Pick<ChartProps, 'specs'>) {
  return (
    <span class="keys">
      {specs.map((spec, index) => (
        <span key={index} class={`key colour-${index}`}>
          {labelOf(spec)}
        </span>
      ))}
    </span>
  );
}

type Line = RunView['lines'][number];

function lastValues(specs: readonly StrategySpec[], valueOf: (line: Line) => number): string {
  return runs.value
    .flatMap(({ lines }, index) => {
      const last = lines.at(-1);
      return last === undefined
        ? []
        : [`${labelOf(specs[index]!)}: ${formatNumber(valueOf(last))} at step ${last.step}`];
    })
    .join('; ');
}

// Where runs ended that diverged. In the chart of losses, that is where they left it.
function endings(
  heightOf: (line: Line) => number,
  specs: readonly StrategySpec[],
  left: (line: Line) => boolean = () => false,
): Note[] {
  return runs.value.flatMap(({ lines, end }, index) => {
    if (end.value?.outcome !== 'diverged' || specs[index] === undefined) return [];
    const last = lines.at(-1);
    const line = lines.find(left) ?? lines.findLast(({ normBefore }) => Number.isFinite(normBefore)) ?? last;
    if (line === undefined || last === undefined) return [];
    return [{ x: line.step, y: heightOf(line), text: `exploded, step ${last.step}`, colour: `run-${index}` }];
  });
}

function normRange(data: uPlot.AlignedData, thresholds: readonly (number | undefined)[]) {
  const lines = data.slice(1);
  const values = [...lines.flatMap((line) => [...line]), ...thresholds].filter(
    (value): value is number => value != null && value > 0,
  );
  if (values.length === 0) return [0.1, 10] as const;
  const firsts = lines.flatMap(([first]) => (first == null ? [] : [first]));
  const ceiling = HEADROOM * Math.max(...firsts, ...thresholds.flatMap((value) => value ?? []));
  const extreme = (pick: (...all: number[]) => number): number => values.reduce((one, other) => pick(one, other));
  const [low, high] = [extreme(Math.min), Math.min(extreme(Math.max), ceiling)];
  // A flat line is in the middle of at least a decade, and nothing touches the edge.
  const room = Math.max(1.3, Math.sqrt(10 / Math.max(1, high / low)));
  return [Math.max(Math.min(low, high) / room, Number.MIN_VALUE), Math.min(high * room, Number.MAX_VALUE)] as const;
}

// Whether anybody has moved a threshold; until then its handle asks for it.
const moved = signal(false);

interface ThresholdProps {
  readonly run: number;
  readonly label: string;
  readonly value: number;
  readonly chart: { readonly current: uPlot | undefined };
  /** Changes with each drawing of the chart. */
  readonly drawn: { readonly value: number };
}

/** The threshold of a run: a line across the chart that can be dragged, or moved with keys, while the run trains. */
function Threshold({ run, label, value, chart, drawn }: ThresholdProps) {
  const plot = drawn.value > 0 ? chart.current : undefined;
  if (plot === undefined) return null;
  const { min = 0.1, max = 10 } = plot.scales['y'] ?? {};
  const height = plot.bbox.height / devicePixelRatio;
  const top = plot.bbox.top / devicePixelRatio + Math.min(height, Math.max(0, plot.valToPos(value, 'y')));
  if (!Number.isFinite(top)) return null;
  const set = (next: number): void => {
    if (!(next > 0)) return;
    moved.value = true;
    retune(run, { ...setup.value.strategies[run]?.options, maxNorm: Number(next.toPrecision(3)) });
  };
  const drag = (event: PointerEvent & { readonly currentTarget: HTMLElement }): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const box = plot.over.getBoundingClientRect();
    set(plot.posToVal(Math.min(box.height, Math.max(0, event.clientY - box.top)), 'y'));
  };
  const press = (event: KeyboardEvent): void => {
    const base = Math.max(value, 1e-6);
    const targets: Readonly<Record<string, number | null>> = {
      ArrowUp: base * SMALL_MOVE,
      ArrowRight: base * SMALL_MOVE,
      ArrowDown: base / SMALL_MOVE,
      ArrowLeft: base / SMALL_MOVE,
      PageUp: base * LARGE_MOVE,
      PageDown: base / LARGE_MOVE,
      Home: min,
      End: max,
    };
    const target = targets[event.key];
    if (target == null) return;
    event.preventDefault();
    set(target);
  };
  return (
    <div
      class={`threshold colour-${run}`}
      style={{ top: `${top}px` }}
      role="slider"
      tabIndex={0}
      aria-label={`Threshold of run ${run + 1}`}
      aria-orientation="vertical"
      aria-valuemin={Math.min(min ?? value, value)}
      aria-valuemax={Math.max(max ?? value, value)}
      aria-valuenow={value}
      aria-valuetext={`${formatThreshold(value)}, ${label}`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={drag}
      onKeyDown={press}
    >
      <span class={`handle slot-${run}`}>
        <span aria-hidden="true">↕</span> {moved.value ? 'threshold' : 'drag me: threshold'} {formatThreshold(value)}
      </span>
    </div>
  );
}
