// A typedoc plugin: the pages of the guide stand in the site as docs/contents.json lists them, section by section, each at
// the address of its file, so that a page keeps its address when its title changes.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, Converter, JSX, KindRouter, ParameterType } from 'typedoc';

const root = fileURLToPath(new URL('..', import.meta.url));
const contents = JSON.parse(readFileSync(new URL('../docs/contents.json', import.meta.url), 'utf8'));

/** `docs/guide/composing.md` for the page made of that file. */
function fileOf(page) {
  return relative(root, page.project.files.getReflectionPath(page)).replaceAll('\\', '/');
}

/** The section that lists a file, by name or with all of its folder. */
function sectionOf(file) {
  const isListed = (entry) => new RegExp(`^${entry.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`).test(file);
  return Object.keys(contents).find((section) => contents[section].some(isListed));
}

class PagesRouter extends KindRouter {
  getIdealBaseName(reflection) {
    if (!reflection.isDocument()) return super.getIdealBaseName(reflection);
    return fileOf(reflection)
      .replace(/^docs\//, '')
      .replace(/\.md$/, '')
      .toLowerCase();
  }
}

/** Called by typedoc when it loads the plugin. */
export function load(app) {
  app.options.addDeclaration({
    name: 'playground',
    help: 'Link to the playground, which must then be built into the folder `playground` of the site.',
    type: ParameterType.Boolean,
    defaultValue: false,
  });
  app.renderer.defineRouter('pages', PagesRouter);
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    const pages = Object.values(contents).flat();
    app.options.setValue(
      'projectDocuments',
      pages.filter((page) => page.includes('*') || existsSync(page)),
    );
    app.options.setValue('categoryOrder', [...Object.keys(contents), ...app.options.getValue('categoryOrder')]);
  });
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, page) => {
    const file = fileOf(page);
    page.frontmatter.category = sectionOf(file);
    // Pages outside docs/ have no front matter, which would stand at their head wherever else they are read.
    if (file.startsWith('docs/')) return;
    const text = page.content.map((part) => part.text).join('');
    page.name = /^# (.+)$/m.exec(text)?.[1] ?? page.name;
  });
  app.renderer.hooks.on('head.end', () =>
    // The guide is open on the first visit; afterwards it is as the reader left it.
    JSX.createElement('script', null, [
      JSX.createElement(JSX.Raw, {
        html: "localStorage.getItem('tsd-accordion-Guide') ?? localStorage.setItem('tsd-accordion-Guide', 'true');",
      }),
    ]),
  );
  app.renderer.hooks.on('sidebar.begin', (context) =>
    app.options.getValue('playground')
      ? JSX.createElement(
          'nav',
          { class: 'tsd-navigation' },
          JSX.createElement('a', { href: context.relativeURL('playground/index.html') }, 'Playground'),
        )
      : JSX.createElement(JSX.Fragment, null),
  );
}
