/** Markup that is safe to put into a page as it is. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand in a template: text, which is escaped, and markup, which is not. */
export type Content = string | number | Html | readonly Content[];

/** Markup from a template; whatever is filled in is escaped unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return new Html(strings.reduce((page, text, i) => page + markupOf(contents[i - 1] ?? '') + text));
}

function markupOf(content: Content): string {
  if (content instanceof Html) return content.markup;
  // Engines concatenate long texts without copying them, but `join` copies.
  if (isList(content)) return content.reduce<string>((markup, one) => markup + markupOf(one), '');
  return String(content).replace(/[&<>"']/g, (one) => ENTITIES[one] ?? one);
}

function isList(content: Content): content is readonly Content[] {
  return Array.isArray(content);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
