/**
 * Charts as they are printed: small SVGs, drawn without a browser.
 *
 * @module
 */

import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { drawingOf, type Chart } from '../charts/chart.ts';
import { EVERYTHING } from '../charts/drawing.ts';
import { html, Html } from './html.ts';

const FONT = { fontSize: '12px', fontFamily: 'inherit', background: 'none', overflow: 'visible' };

/** A chart that carries its own style, for an image. */
export function svgImage(chart: Chart): Html {
  return named(chart, drawn(chart, [chart]));
}

/** A chart for a page whose style sheet has the style of charts, on the scale of all charts in its row. */
export function staticSvg(chart: Chart, row: readonly Chart[] = [chart]): Html {
  const svg = drawn(chart, row);
  svg.removeAttribute('style');
  svg.querySelector('style')?.remove();
  // The picture has one name; what its parts are called says nothing to a reader who does not see it.
  for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
  svg.removeAttribute('xmlns');
  for (const part of svg.querySelectorAll('*')) {
    for (const name of GEOMETRY) {
      const value = part.getAttribute(name);
      if (value !== null) part.setAttribute(name, roughened(value));
    }
  }
  return named(chart, svg);
}

const GEOMETRY = ['d', 'transform', 'x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx', 'cy', 'width', 'height'];

/** Pixels to a tenth, which halves a report full of lines. */
function roughened(geometry: string): string {
  return geometry.replace(/\d+\.\d+(?![\dem])/g, (number) => String(Math.round(10 * Number(number)) / 10));
}

const { document } = parseHTML('<!doctype html><html><body></body></html>');

function drawn(chart: Chart, row: readonly Chart[]): SVGSVGElement | HTMLElement {
  const { options } = drawingOf(chart, EVERYTHING, row);
  const svg = Plot.plot({ ...options, document: document as unknown as Document, style: FONT });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return svg;
}

/** With a name for readers who do not see it. */
function named({ name }: Chart, { outerHTML }: Element): Html {
  // linkedom does not escape attributes, so the name is put in where everything is escaped.
  return html`${new Html('<svg role="img" ')}aria-label="${name}" ${new Html(outerHTML.slice('<svg '.length))}`;
}
