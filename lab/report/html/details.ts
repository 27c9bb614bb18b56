import { html, type Html } from './html.ts';

/** Tables that are folded away behind their title. */
export function details(title: string, tables: readonly Html[]): Html {
  return html`<details>
    <summary>${title}</summary>
    ${tables}
  </details>`;
}
