// Begins a strategy: `npm run new-strategy my-clip` writes its file, test, oracle and page, and puts it on the shelf.
// What it writes is sound in all but what has to be thought about: formula, oracle, cases and prose.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { oracle, page, strategy, test } from './new-strategy-templates.mjs';

const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const COMBINATORS = ['chain', 'partition', 'scheduled'];

function fail(message) {
  console.error(message);
  process.exit(1);
}

const [id, ...rest] = process.argv.slice(2);
// A test lets it write elsewhere.
const root = process.env.NEW_STRATEGY_ROOT ?? fileURLToPath(new URL('..', import.meta.url));
if (id === undefined || rest.length > 0) fail('Usage: npm run new-strategy <id>, as in: npm run new-strategy my-clip');
if (!ID.test(id)) fail(`An id is lower-case words joined by hyphens, such as my-clip; received "${id}".`);
if (id === 'index' || COMBINATORS.includes(id)) fail(`A strategy may not be called "${id}"; that name is taken.`);

const names = {
  id,
  factory: id.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase()),
  title: id[0].toUpperCase() + id.slice(1).replaceAll('-', ' '),
};
names.type = names.factory[0].toUpperCase() + names.factory.slice(1);

const files = {
  [`strategies/${id}.ts`]: strategy(names),
  [`test/strategies/${id}.test.ts`]: test(names),
  [`test/support/oracles/${id}.ts`]: oracle(names),
  [`docs/strategies/${id}.md`]: page(names),
};
for (const path of Object.keys(files)) {
  if (existsSync(join(root, path))) fail(`${path} is there already; nothing was written.`);
}

const shelf = join(root, 'strategies/index.ts');
writeFileSync(shelf, onTheShelf(readFileSync(shelf, 'utf8'), names));
for (const [path, text] of Object.entries(files)) {
  const filepath = join(root, path);
  // Where lines break depends on how long the id is.
  const isPage = path.endsWith('.md'); // Generated blocks keep the form that scripts/fill-docs.mjs writes.
  writeFileSync(filepath, isPage ? text : await format(text, { ...(await resolveConfig(filepath)), filepath }));
}

console.log(`Written, and put on the shelf at the end of strategies/index.ts:

${Object.keys(files)
  .map((path) => `  ${path}`)
  .join('\n')}

Red until you have thought about it: npx vitest run --project node test/strategies/${id}.test.ts`);

/** The shelf with one strategy more: imported and exported in the order of the alphabet, and last in the list. */
function onTheShelf(text, { id, factory, type }) {
  const sorted = (source, pattern, line) => {
    const lines = source.split('\n');
    const places = lines.flatMap((one, place) => (pattern.test(one) ? [place] : []));
    const after = places.find((place) => pattern.exec(lines[place])[1] > id) ?? places.at(-1) + 1;
    lines.splice(after, 0, line);
    return lines.join('\n');
  };
  const imported = sorted(text, /^import \{.* from '\.\/(.*)\.ts';$/, `import { ${factory} } from './${id}.ts';`);
  const exported = sorted(
    imported,
    /^export \{.* from '\.\/(.*)\.ts';$/,
    `export { ${factory}, type ${type}Options } from './${id}.ts';`,
  );
  return exported.replace(/\n\]\);\n$/, `\n  ${factory},\n]);\n`);
}
