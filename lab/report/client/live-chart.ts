import * as Plot from '@observablehq/plot';
import { drawingOf, isHidden, type Chart } from '../charts/chart.ts';
import type { Reading, View } from '../charts/drawing.ts';
import type { Announce } from './announcer.ts';
import { keepInView } from './in-view.ts';
import { chosenMarks, pointedMarks } from './marks.ts';
import { walked } from './walk.ts';

/** How a chart is looked at, and which charts share its scale. */
export interface Look {
  readonly view: View;
  readonly row: readonly Chart[];
}

/** The element that says how charts are used. */
export const HINT_ID = 'how-charts-answer';

/** A chart that answers the pointer and the keyboard; where it is far from being seen, it is not drawn. */
export class LiveChart {
  readonly chart: Chart;
  readonly #figure: HTMLElement;
  readonly #box: HTMLElement;
  readonly #look: () => Look;
  readonly #announce: Announce;
  #isNear = false;
  #isDrawn = false;
  #readings: readonly Reading[] = [];
  #chosen: Reading | undefined;

  constructor(figure: HTMLElement, chart: Chart, look: () => Look, announce: Announce) {
    this.chart = chart;
    this.#figure = figure;
    this.#look = look;
    this.#announce = announce;
    this.#box = boxFor(chart, figure.ownerDocument);
    this.#box.addEventListener('keydown', (event) => this.#onKey(event));
    this.#box.addEventListener('blur', () => this.#choose(undefined));
    this.#box.addEventListener('pointerenter', () => this.#choose(undefined));
    figure.append(this.#box);
    new IntersectionObserver(([entry]) => this.#onSight(entry?.isIntersecting === true), {
      rootMargin: '400px',
    }).observe(figure);
  }

  /** Draws it anew, at once or when it comes near. */
  refresh(): void {
    this.#figure.classList.toggle('off', isHidden(this.chart, this.#look().view));
    this.#isDrawn = false;
    this.#chosen = undefined;
    if (this.#isNear) this.#draw();
  }

  #onSight(isNear: boolean): void {
    this.#isNear = isNear;
    if (isNear && !this.#isDrawn) this.#draw();
  }

  #draw(): void {
    const { view, row } = this.#look();
    const { options, near, readings } = drawingOf(this.chart, view, row);
    this.#readings = readings();
    const svg = Plot.plot({
      ...options,
      marks: [
        ...(options.marks ?? []),
        ...pointedMarks(this.#readings, near),
        ...(this.#chosen === undefined ? [] : chosenMarks(this.#chosen)),
      ],
    });
    // The page's own style sheet has it, and its security policy allows no other.
    svg.querySelector('style')?.remove();
    svg.setAttribute('aria-hidden', 'true');
    this.#box.replaceChildren(svg);
    // Plot places a chosen box in the next frame, and one that follows the pointer right after it says so.
    const settle = (): void => keepInView(svg as SVGSVGElement);
    requestAnimationFrame(settle);
    svg.addEventListener('input', () => queueMicrotask(settle));
    this.#figure.classList.add('live');
    this.#isDrawn = true;
  }

  #choose(reading: Reading | undefined): void {
    if (reading === this.#chosen) return;
    this.#chosen = reading;
    this.#draw();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    // Keys may come before the observer has had its say.
    if (!this.#isDrawn) this.#draw();
    if (event.key === 'Escape') this.#choose(undefined);
    const reading = walked(event.key, this.#readings, this.#chosen);
    if (reading === undefined) return;
    event.preventDefault();
    this.#choose(reading);
    this.#announce(reading.facts.map((fact) => fact.join(' ')).join(', '));
  }
}

function boxFor({ name }: Chart, document: Document): HTMLElement {
  const box = document.createElement('div');
  box.className = 'chart';
  box.tabIndex = 0;
  // Arrow keys are the chart's own, and not the screen reader's.
  box.setAttribute('role', 'application');
  box.setAttribute('aria-roledescription', 'chart');
  box.setAttribute('aria-label', name);
  box.setAttribute('aria-describedby', HINT_ID);
  return box;
}
