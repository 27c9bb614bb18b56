import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { logarithmicMarks, markText } from './axes.ts';
import { formatNumber } from './diagnosis.ts';

/** One line of a chart. */
export interface Series {
  readonly label: string;
  /** The name of a colour in the style sheet, without its dashes. */
  readonly colour: string;
  readonly thin?: boolean;
  readonly dashed?: boolean;
  /** Whether the area below the line is tinted. */
  readonly filled?: boolean;
}

interface ChartProps {
  /** What is shown, for people who cannot see it. */
  readonly title: string;
  readonly series: readonly Series[];
  /** The x values, then the values of each series; null leaves a gap. */
  readonly data: readonly (readonly (number | null)[])[];
  readonly logarithmic?: boolean;
  /** The largest value that a logarithmic axis shows; longer lines leave through the top. */
  readonly ceiling?: number | undefined;
  /** The ends of the y axis, where they are known beforehand. */
  readonly range?: readonly [low: number, high: number];
  /** How a mark of the y axis is written. */
  readonly mark?: (value: number | null) => string;
  readonly height: number;
  /** Called with the chart when it has been made or its scale has changed. */
  readonly onScale?: (chart: uPlot) => void;
}

/** A line chart that follows its data, its width and the colour scheme. */
export function Chart({
  title,
  series,
  data,
  logarithmic = false,
  ceiling,
  range,
  mark = markText,
  height,
  onScale,
}: ChartProps) {
  const container = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const latest = useRef(data);
  latest.current = data;
  const shape = JSON.stringify([title, series, logarithmic, ceiling, range, height]);

  useEffect(() => {
    const element = container.current;
    if (element === null) return;
    const draw = (): void => {
      chart.current?.destroy();
      chart.current = new uPlot(
        optionsFor({ series, logarithmic, ceiling, range, mark, height, width: element.clientWidth, onScale }),
        latest.current as uPlot.AlignedData,
        element,
      );
    };
    draw();
    const resized = new ResizeObserver(() => chart.current?.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => {
      resized.disconnect();
      scheme.removeEventListener('change', draw);
      chart.current?.destroy();
    };
  }, [shape]);

  useEffect(() => {
    chart.current?.setData(data as uPlot.AlignedData);
  }, [data]);

  const last = series.map(({ label }, index) => {
    const value = data[index + 1]?.findLast((one) => one !== null);
    return value == null ? '' : `${label}: ${formatNumber(value)}`;
  });
  return <div class="chart" ref={container} role="img" aria-label={`${title}. ${last.filter(Boolean).join('; ')}`} />;
}

function optionsFor({
  series,
  logarithmic,
  ceiling = Infinity,
  height,
  width,
  range,
  mark,
  onScale,
}: Pick<ChartProps, 'series' | 'height'> & {
  logarithmic: boolean;
  ceiling: number | undefined;
  range: ChartProps['range'];
  mark: (value: number | null) => string;
  width: number;
  onScale: ChartProps['onScale'] | undefined;
}): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const grid: uPlot.Axis.Grid = { stroke: colour('line'), width: 1 };
  const axis: uPlot.Axis = {
    stroke: colour('soft'),
    font: '11px system-ui, sans-serif',
    grid,
    ticks: { show: false },
  };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 8, 0, 0],
    scales: {
      x: { time: false },
      y: logarithmic
        ? { distr: 3, range: (_chart, low, high) => paddedLogRange(low, high, ceiling) }
        : range === undefined
          ? {}
          : { range: [...range] },
    },
    axes: [
      { ...axis, size: 24 },
      {
        ...axis,
        size: 48,
        // uPlot's own marks below 1e-12 never reach the end of the axis.
        ...(logarithmic
          ? { splits: (_chart, _axis, low, high) => logarithmicMarks(low, high), filter: (_chart, marks) => marks }
          : {}),
        space: 28,
        values: (_chart, marks) => marks.map((one) => mark(one)),
      },
    ],
    series: [
      {},
      ...series.map(({ label, colour: name, thin = false, dashed = false, filled = false }) => ({
        label,
        stroke: colour(name),
        width: thin ? 1 : 1.75,
        ...(dashed ? { dash: [4, 3] } : {}),
        ...(filled ? { fill: `${colour(name)}33` } : {}),
        points: { show: false },
        spanGaps: false,
      })),
    ],
    hooks: onScale === undefined ? {} : { draw: [onScale] },
  };
}

/** The range of a logarithmic axis, padded so that a flat line is visible and nothing touches the edge. */
function paddedLogRange(low: number | null, high: number | null, ceiling: number): uPlot.Range.MinMax {
  if (low === null || high === null || !(low > 0)) return [0.1, 10];
  if (low < ceiling && high > ceiling) high = ceiling;
  const room = Math.max(1.15, Math.sqrt(Math.max(1, 2 / (high / low))));
  return [Math.max(low / room, Number.MIN_VALUE), Math.min(high * room, Number.MAX_VALUE)];
}
