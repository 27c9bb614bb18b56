import { hasEitherScale, type Chart } from '../charts/chart.ts';
import type { View } from '../charts/drawing.ts';
import type { Announce } from './announcer.ts';
import { LiveChart, type Look } from './live-chart.ts';

/** Charts side by side, which share their scale. */
export class LiveRow {
  readonly #charts: readonly LiveChart[];
  #scale: View['scale'] = 'log';

  constructor(element: HTMLElement, hidden: ReadonlySet<string>, announce: Announce) {
    const look = (): Look => ({
      view: { hidden, scale: this.#scale },
      row: this.#charts.map(({ chart }) => chart),
    });
    this.#charts = [...element.querySelectorAll('figure')].flatMap((figure) => {
      const data = figure.querySelector('script[type="application/json"]')?.textContent;
      return data == null ? [] : [new LiveChart(figure, JSON.parse(data) as Chart, look, announce)];
    });
    if (this.#charts.some(({ chart }) => hasEitherScale(chart))) element.before(this.#scaleSwitch(element, announce));
  }

  /** Draws its charts anew. */
  refresh(): void {
    for (const chart of this.#charts) chart.refresh();
  }

  #scaleSwitch({ ownerDocument }: HTMLElement, announce: Announce): HTMLElement {
    const button = ownerDocument.createElement('button');
    button.type = 'button';
    button.className = 'scale';
    button.textContent = 'linear scale';
    button.setAttribute('aria-pressed', 'false');
    button.addEventListener('click', () => {
      this.#scale = this.#scale === 'log' ? 'linear' : 'log';
      button.setAttribute('aria-pressed', String(this.#scale === 'linear'));
      this.refresh();
      announce(`The charts below have a ${this.#scale === 'log' ? 'logarithmic' : 'linear'} scale.`);
    });
    return button;
  }
}
