// npm shows README.md outside the repository, where relative links and pictures lead nowhere. `prepack` calls this script
// with `pack`, which makes them absolute under the `repository` of the root package.json, or without one leaves only
// their text; `postpack` calls it with `restore`. Both work on the package in the current folder.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const README = 'README.md';
// npm packs every file whose name begins with README.
const ORIGINAL = 'original-readme.md';

if (process.argv[2] === 'restore' && existsSync(ORIGINAL)) renameSync(ORIGINAL, README);
if (process.argv[2] === 'pack') {
  // An original that is still there was left by an interrupted `npm pack`.
  if (!existsSync(ORIGINAL)) renameSync(README, ORIGINAL);
  const root = fileURLToPath(new URL('..', import.meta.url));
  const { repository } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  writeFileSync(README, packed(readFileSync(ORIGINAL, 'utf8'), relative(root, process.cwd()), repository?.url));
}

/** Returns a README whose links work outside the repository; `folder` is where it lies in the repository. */
export function packed(readme, folder, repository) {
  const address = repository?.replace(/^git\+|\.git$/g, '');
  const absolute = (kind, path) => `${address}/${kind}/HEAD/${posix.join(folder, path)}`;
  // Code between fences stays as it is.
  return readme
    .split(/(^```[\s\S]*?^```)/m)
    .map((part, index) => {
      if (index % 2 === 1) return part;
      return part
        .replace(/!\[([^\]]*)\]\((?!https?:)([^)]+)\)\n*/g, (_, text, path) =>
          address === undefined ? '' : `![${text}](${absolute('raw', path)})\n\n`,
        )
        .replace(/<picture>[\s\S]*?<\/picture>\n*/g, (picture) =>
          address === undefined
            ? ''
            : picture.replaceAll(
                /(src|srcset)="(?!https?:)([^"]+)"/g,
                (_, name, path) => `${name}="${absolute('raw', path)}"`,
              ),
        )
        .replace(/(?<!!)\[((?:[^\][]|!?\[[^\]]*\])*)\]\((?!https?:|#)([^)]+)\)/g, (_, text, path) =>
          address === undefined ? text : `[${text}](${absolute('blob', path)})`,
        );
    })
    .join('');
}
