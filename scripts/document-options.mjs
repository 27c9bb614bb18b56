// Writes the meaning and the default of each option into the declarations in dist/strategies, so that editors show them.
// TypeScript omits comments from the inferred type of a declaration's fields.
import { readFileSync, writeFileSync } from 'node:fs';
import { allStrategies } from '../dist/strategies/index.js';

for (const { id, fields } of allStrategies) {
  const file = new URL(`../dist/strategies/${id}.d.ts`, import.meta.url);
  let text = readFileSync(file, 'utf8');
  for (const [name, { about, default: preset }] of Object.entries(fields)) {
    const value = preset === Infinity ? 'Infinity' : JSON.stringify(preset);
    const property = `readonly ${name}: import("gradclip/define").`;
    if (!text.includes(property)) throw new Error(`${id}.d.ts does not declare the option ${name}.`);
    // On the same line, because the declaration map counts lines.
    text = text.replace(property, () => `/** ${about} Default: \`${value}\`. */ ${property}`);
  }
  writeFileSync(file, text);
}
