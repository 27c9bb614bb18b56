// A typedoc plugin that puts the pages of the guide into the site, in the sections and order of docs/contents.json. The
// address of a page follows its file, so it does not change with its title.
import { existsSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, Converter, JSX, KindRouter, ParameterType } from 'typedoc';

const root = fileURLToPath(new URL('..', import.meta.url));
const contents = JSON.parse(readFileSync(new URL('../docs/contents.json', import.meta.url), 'utf8'));

/** Returns the source file of a page, such as `docs/guide/composing.md`. */
function fileOf(page) {
  return relative(root, page.project.files.getReflectionPath(page)).replaceAll('\\', '/');
}

/** Returns the section that lists a file, by its name or by a glob. */
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

// Such as `<!-- playground: rnn/sgd/3/none/global-norm -->`; it becomes a link where the site has the playground.
const PLAYGROUND_MARK = /<!-- playground: (\S+) -->/g;

/** Called by typedoc when it loads the plugin. */
export function load(app) {
  app.options.addDeclaration({
    name: 'playground',
    help: 'Link to the playground, which must then be built into the folder `playground` of the site.',
    type: ParameterType.Boolean,
    defaultValue: false,
  });
  const linkToPlayground = (_mark, setup) =>
    app.options.getValue('playground')
      ? `<a href="../playground/index.html#${setup.replaceAll('&', '&amp;')}">Try it in the playground</a>`
      : '';
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
    for (const part of page.content) part.text = part.text.replace(PLAYGROUND_MARK, linkToPlayground);
    // Pages outside docs/ have no front matter, because other sites would show it; their title is their heading.
    if (file.startsWith('docs/')) return;
    const text = page.content.map((part) => part.text).join('');
    page.name = /^# (.+)$/m.exec(text)?.[1] ?? page.name;
  });
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
