// A typedoc plugin: the default theme with a navigation of one level, in which each page of the guide and each entry point
// stands under the heading of its section.
import { stackWideTables } from './typedoc-tables.js';
import { Application, DefaultTheme, DefaultThemeRenderContext, JSX, ReflectionKind } from 'typedoc';

// Its pages are linked from CONTRIBUTING.md.
const OFF_NAVIGATION = 'Contributing';

/** Returns the section of a page, entry point or symbol, as docs/contents.json or the reference names it. */
const sectionOf = (page, project) =>
  project.categories?.find(({ children }) => children.includes(page.isDocument() ? page : moduleOf(page)))?.title;

const moduleOf = (reflection) =>
  reflection.kindOf(ReflectionKind.Module) || !reflection.parent ? reflection : moduleOf(reflection.parent);

class Context extends DefaultThemeRenderContext {
  // The section and the entry point; the title below says the rest.
  breadcrumbs = (page) => {
    const entryPoint = moduleOf(page);
    const isSymbol = !page.isDocument() && entryPoint !== page;
    return JSX.createElement(
      'ul',
      { class: 'tsd-breadcrumb', 'aria-label': 'Breadcrumb' },
      JSX.createElement('li', null, sectionOf(page, this.page.project)),
      isSymbol &&
        JSX.createElement('li', null, JSX.createElement('a', { href: this.urlTo(entryPoint) }, entryPoint.name)),
    );
  };

  // Without a heading; typedoc's script finds the list by its id.
  settings = () =>
    JSX.createElement(
      'div',
      { class: 'tsd-theme-toggle' },
      JSX.createElement(
        'select',
        { id: 'tsd-theme', 'aria-label': 'Theme' },
        JSX.createElement('option', { value: 'os' }, 'System theme'),
        JSX.createElement('option', { value: 'light' }, 'Light'),
        JSX.createElement('option', { value: 'dark' }, 'Dark'),
      ),
    );

  // Without the name of the project, which the header of the page has. typedoc's script replaces the list by itself.
  navigation = () =>
    JSX.createElement(
      'nav',
      { class: 'tsd-navigation' },
      JSX.createElement(
        'ul',
        { id: 'tsd-nav-container' },
        this.getNavigation().map(({ text, path }) =>
          JSX.createElement(
            'li',
            null,
            path === undefined
              ? JSX.createElement('span', null, text)
              : JSX.createElement('a', { href: this.relativeURL(path) }, text),
          ),
        ),
      ),
    );

  pageSidebar = (page) => JSX.createElement(JSX.Fragment, null, this.pageNavigation(page), this.settings());
}

class Theme extends DefaultTheme {
  ContextClass = Context;

  buildNavigation(project) {
    return project.categories
      .filter(({ title }) => title !== OFF_NAVIGATION)
      .flatMap(({ title, children }) => [
        { text: title },
        ...children.map((page) => ({ text: page.name, path: this.router.getFullUrl(page) })),
      ]);
  }
}

/** Lets code in a heading appear in its anchor and in the list of headings, as on GitHub. */
function keepCodeInHeadings(parser) {
  parser.core.ruler.push('code-in-headings', ({ tokens }) => {
    for (const [index, { type }] of tokens.entries()) {
      if (type !== 'heading_open') continue;
      const { children } = tokens[index + 1];
      for (const code of children.filter(({ type }) => type === 'code_inline')) {
        code.type = 'text';
        code.meta = 'code';
      }
    }
  });
  const text = parser.renderer.rules.text;
  parser.renderer.rules.text = (tokens, index, ...rest) =>
    tokens[index].meta === 'code' ? `<code>${text(tokens, index, ...rest)}</code>` : text(tokens, index, ...rest);
}

/** Called by typedoc when it loads the plugin. */
export function load(app) {
  app.renderer.defineTheme('gradclip', Theme);
  app.on(Application.EVENT_BOOTSTRAP_END, () =>
    app.options.setValue('markdownItLoader', (parser) => {
      keepCodeInHeadings(parser);
      stackWideTables(parser);
    }),
  );
}
