// Fills generated blocks of Markdown pages. `npm run docs:fill` replaces everything between `<!-- generated: name -->` and
// `<!-- /generated -->` by the text that the generator `name` of scripts/generators.ts returns, and draws pictures. With `-- --check` nothing is
// written, and a stale page fails. Paths of pages may follow; the default is every page of the repository.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runnerImport } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const BLOCK = /(<!-- generated: (.+?) -->\n)[\s\S]*?(<!-- \/generated -->)/g;

// The `source` condition makes `gradclip` mean the TypeScript files, so that no build is needed.
const conditions = ['source', 'node', 'import', 'module', 'default'];
async function load(file) {
  const { module } = await runnerImport(fileURLToPath(new URL(file, import.meta.url)), {
    root,
    configFile: false,
    logLevel: 'error',
    environments: { inline: { resolve: { conditions, externalConditions: ['source'] } } },
  });
  return module;
}
const { generators } = await load('generators.ts');

function fill(page) {
  const text = readFileSync(page, 'utf8');
  const filled = text.replace(BLOCK, (_block, start, name, end) => {
    const generator = generators[name];
    if (generator === undefined) {
      const known = Object.keys(generators).join(', ');
      throw new Error(`${page}: no generator is named "${name}"; scripts/generators.ts has ${known}.`);
    }
    return `${start}${generator()}\n${end}`;
  });
  return { page, text, filled };
}

function allPages() {
  return ['.', 'docs', 'lab', 'examples'].flatMap((folder) =>
    readdirSync(`${root}/${folder}`, { recursive: folder === 'docs', encoding: 'utf8' })
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${root}/${folder}/${name}`),
  );
}

async function drawPictures() {
  const { strategyPictures } = await load('strategy-pictures.ts');
  return Object.entries(strategyPictures()).map(([path, generator]) => {
    const page = `${root}/${path}`;
    return { page, text: existsSync(page) ? readFileSync(page, 'utf8') : '', filled: generator() };
  });
}

const { values, positionals } = parseArgs({ options: { check: { type: 'boolean' } }, allowPositionals: true });
const filled = positionals.length > 0 ? positionals.map(fill) : [...allPages().map(fill), ...(await drawPictures())];
const stale = filled.filter(({ text, filled }) => text !== filled);
for (const { page, filled } of stale) {
  if (values.check) console.error(`${page} is stale; \`npm run docs:fill\` updates it.`);
  else writeFileSync(page, filled);
}
process.exitCode = values.check && stale.length > 0 ? 1 : 0;
