import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import { figure } from './diagnosis.ts';

/** One line of a chart. */
export interface Series {
  readonly label: string;
  /** The name of a colour in the style sheet, without its dashes. */
  readonly colour: string;
  readonly thin?: boolean;
}

interface ChartProps {
  /** What is shown, for people who cannot see it. */
  readonly title: string;
  readonly series: readonly Series[];
  /** The x values, then the values of each series; null leaves a gap. */
  readonly data: readonly (readonly (number | null)[])[];
  readonly logarithmic?: boolean;
  readonly height: number;
  /** Called with the chart when it has been made or its scale has changed. */
  readonly onScale?: (chart: uPlot) => void;
}

/** A line chart that follows its data, its width and the colour scheme. */
export function Chart({ title, series, data, logarithmic = false, height, onScale }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const latest = useRef(data);
  latest.current = data;
  const shape = JSON.stringify([title, series, logarithmic, height]);

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const draw = (): void => {
      chart.current?.destroy();
      chart.current = new uPlot(
        optionsFor({ series, logarithmic, height, width: element.clientWidth, onScale }),
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
    return value == null ? '' : `${label}: ${figure(value)}`;
  });
  return <div class="chart" ref={place} role="img" aria-label={`${title}. ${last.filter(Boolean).join('; ')}`} />;
}

function optionsFor({
  series,
  logarithmic,
  height,
  width,
  onScale,
}: Pick<ChartProps, 'series' | 'height'> & {
  logarithmic: boolean;
  width: number;
  onScale: ChartProps['onScale'] | undefined;
}): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const axis: uPlot.Axis = {
    stroke: colour('soft'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 8, 0, 0],
    scales: { x: { time: false }, y: logarithmic ? { distr: 3 } : {} },
    axes: [
      { ...axis, size: 24 },
      { ...axis, size: 48, values: (_chart, splits) => splits.map((one) => (one == null ? '' : compact(one))) },
    ],
    series: [
      {},
      ...series.map(({ label, colour: name, thin = false }) => ({
        label,
        stroke: colour(name),
        width: thin ? 1 : 1.75,
        points: { show: false },
        spanGaps: false,
      })),
    ],
    hooks: onScale === undefined ? {} : { draw: [onScale] },
  };
}

function compact(value: number): string {
  return Math.abs(value) >= 1e4 || (value !== 0 && Math.abs(value) < 1e-2)
    ? value.toExponential(0).replace('e+', 'e')
    : String(Number(value.toPrecision(3)));
}
