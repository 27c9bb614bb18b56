import { useEffect, useRef } from 'preact/hooks';
import { markText } from './axes.ts';
import { formatNumber } from './format.ts';
import type { Flow } from './verdict.ts';

type Colour = readonly [red: number, green: number, blue: number];

// The colors of the style sheet, from vanished over the gradient of the untrained network to exploded.
const COLOURS = 5;
// Powers of ten at the ends of the ramp, below and above the first gradient at the last time step.
const [FADED, GLOWING] = [6, 2];
const WIDTH = 320;

interface HeatStripProps {
  readonly label: string;
  readonly flows: readonly Flow[];
}

/** The gradient by time step (downwards to the first) and training step (to the right). */
export function HeatStrip({ label, flows }: HeatStripProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = flows.at(-1);
  const start = flows[0]?.norms.at(-1);
  useEffect(() => {
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const redraw = (): void => draw(canvas.current, flows);
    redraw();
    scheme.addEventListener('change', redraw);
    return () => scheme.removeEventListener('change', redraw);
  }, [last]);
  const description =
    last === undefined
      ? 'nothing yet'
      : `at step ${last.step}, ${formatNumber(last.norms.at(-1) ?? NaN)} at the last time step and ` +
        `${formatNumber(last.norms[0] ?? NaN)} at the first`;
  return (
    <figure class="heat">
      <figcaption>Gradient by time step, as it trains</figcaption>
      <canvas ref={canvas} role="img" aria-label={`Gradient by time step, ${label}: ${description}`} />
      <div class="ends" aria-hidden="true">
        <span>last</span>
        <span>first</span>
      </div>
      <p class="scale">
        <span>vanished ÷ {markText(10 ** FADED)}</span>
        <span>{start === undefined ? '' : `start ${markText(Number(start.toPrecision(2)))}`}</span>
        <span>exploded × {markText(10 ** GLOWING)}</span>
      </p>
    </figure>
  );
}

function draw(canvas: HTMLCanvasElement | null, flows: readonly Flow[]): void {
  const times = flows[0]?.norms.length ?? 0;
  const context = canvas?.getContext('2d');
  if (canvas == null || context == null || times === 0) return;
  [canvas.width, canvas.height] = [WIDTH, times];
  const style = getComputedStyle(canvas);
  const ramp = Array.from({ length: COLOURS }, (_, index) => parseColour(style.getPropertyValue(`--heat-${index}`)));
  const reference = Math.log10(flows[0]?.norms.at(-1) ?? 1);
  const until = (flows.at(-1)?.step ?? 0) + 1;
  const image = context.createImageData(WIDTH, times);
  let column = 0;
  for (let x = 0; x < WIDTH; x += 1) {
    while (column + 1 < flows.length && flows[column + 1]!.step <= (x / WIDTH) * until) column += 1;
    const { norms } = flows[column]!;
    for (let row = 0; row < times; row += 1) {
      const colour = colourOf(Math.log10(norms[times - 1 - row] ?? 0) - reference, ramp);
      image.data.set([...colour, 255], 4 * (row * WIDTH + x));
    }
  }
  context.putImageData(image, 0, 0);
}

function parseColour(hex: string): Colour {
  const channel = (at: number): number => parseInt(hex.trim().slice(at, at + 2), 16);
  return [channel(1), channel(3), channel(5)];
}

// What is not a number has overflowed.
function colourOf(power: number, ramp: readonly Colour[]): Colour {
  const share = Number.isNaN(power) ? 1 : Math.min(1, Math.max(0, (1 + power / (power < 0 ? FADED : GLOWING)) / 2));
  const position = share * (ramp.length - 1);
  const index = Math.min(ramp.length - 2, Math.floor(position));
  const [from, to] = [ramp[index]!, ramp[index + 1]!];
  const mix = (channel: 0 | 1 | 2): number => from[channel] + (position - index) * (to[channel] - from[channel]);
  return [mix(0), mix(1), mix(2)];
}
