// Starts a new strategy: `npm run new-strategy my-clip` writes its file, test, oracle and page, and adds it to
// strategies/index.ts. You still write the formula, the oracle, the test cases and the prose.
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
// The test of this script writes to a copy.
const root = process.env.NEW_STRATEGY_ROOT ?? fileURLToPath(new URL('..', import.meta.url));
if (id === undefined || rest.length > 0) fail('Usage: npm run new-strategy <id>, as in: npm run new-strategy my-clip');
if (!ID.test(id)) fail(`An id must be lower-case words joined by hyphens, such as my-clip; received "${id}".`);
if (id === 'index' || COMBINATORS.includes(id)) fail(`The id "${id}" is taken; choose another one.`);

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
  if (existsSync(join(root, path))) fail(`${path} already exists; nothing was written.`);
}

const index = join(root, 'strategies/index.ts');
writeFileSync(index, addStrategy(readFileSync(index, 'utf8'), names));
for (const [path, text] of Object.entries(files)) {
  const filepath = join(root, path);
  // Pages keep the form that scripts/fill-docs.mjs writes; in code, line breaks depend on the length of the id.
  const isPage = path.endsWith('.md');
  writeFileSync(filepath, isPage ? text : await format(text, { ...(await resolveConfig(filepath)), filepath }));
}

console.log(`Added ${names.factory} to strategies/index.ts and wrote:

${Object.keys(files)
  .map((path) => `  ${path}`)
  .join('\n')}

This test fails until you write the formula and the oracle: npx vitest run --project node test/strategies/${id}.test.ts`);

/** Adds a strategy to strategies/index.ts: imports and exports in alphabetical order, and the end of the list. */
function addStrategy(text, { id, factory, type }) {
  const insertSorted = (source, pattern, line) => {
    const lines = source.split('\n');
    const matches = lines.flatMap((one, index) => (pattern.test(one) ? [index] : []));
    const after = matches.find((index) => pattern.exec(lines[index])[1] > id) ?? matches.at(-1) + 1;
    lines.splice(after, 0, line);
    return lines.join('\n');
  };
  const imported = insertSorted(text, /^import \{.* from '\.\/(.*)\.ts';$/, `import { ${factory} } from './${id}.ts';`);
  const exported = insertSorted(
    imported,
    /^export \{.* from '\.\/(.*)\.ts';$/,
    `export { ${factory}, type ${type}Options } from './${id}.ts';`,
  );
  return exported.replace(/\n\]\);\n$/, `\n  ${factory},\n]);\n`);
}
