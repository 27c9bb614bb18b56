// `npm run test:mutation [folder…]`: mutates one folder after another, then sums up in results.json and
// docs/mutation-testing.md what all of them have come to. Hours on a small machine; what has not changed since the last
// run is not tried again (coverage/mutation).
import { spawnSync } from 'node:child_process';
import folders from './folders.json' with { type: 'json' };
import { summarize } from './summary.mjs';

const named = process.argv.slice(2);
const unknown = named.filter((name) => !(name in folders));
if (unknown.length > 0) {
  console.error(`There is no folder ${unknown.join(', ')}; there are ${Object.keys(folders).join(', ')}.`);
  process.exit(1);
}
for (const name of named.length > 0 ? named : Object.keys(folders)) {
  console.log(`\n=== ${name}`);
  const { status } = spawnSync('npx', ['stryker', 'run', 'test/mutation/stryker.config.mjs'], {
    stdio: 'inherit',
    env: { ...process.env, MUTATED_FOLDER: name },
  });
  if (status !== 0) process.exit(status ?? 1);
}
await summarize();
