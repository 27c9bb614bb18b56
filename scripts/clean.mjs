// Removes folders of build output, so that a package never holds what was built from files that are gone.
import { rmSync } from 'node:fs';

for (const folder of process.argv.slice(2)) rmSync(folder, { recursive: true, force: true });
