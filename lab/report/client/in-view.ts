/** How near to the edge of the window a box may come, in pixels. */
const MARGIN = 4;

/**
 * Moves the boxes beside points back into the window: Plot fits them into the chart where it can, and a chart that
 * fills a telephone leaves no room beside it.
 */
export function keepInView(svg: SVGGraphicsElement): void {
  const scale = svg.getScreenCTM()?.a ?? 1;
  const width = svg.ownerDocument.documentElement.clientWidth;
  for (const outline of svg.querySelectorAll<SVGPathElement>('[aria-label="tip"] path')) {
    const { left, right } = outline.getBoundingClientRect();
    const by = Math.max(MARGIN - left, 0) - Math.max(right - (width - MARGIN), 0);
    if (by === 0) continue;
    for (const part of outline.parentElement?.children ?? []) {
      part.setAttribute('transform', `translate(${by / scale},0) ${part.getAttribute('transform') ?? ''}`);
    }
  }
}
