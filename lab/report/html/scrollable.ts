import { html, type Html } from './html.ts';

/** A table that may be wider than the page, and then scrolls by itself, also by keys. */
export function scrollable(name: string, table: Html): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${name}">${table}</div>`;
}
