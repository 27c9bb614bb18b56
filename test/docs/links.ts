import { check } from 'linkinator';

/** What is wrong with the links of some pages, as sentences. */
export interface LinkReport {
  /** How many links were followed. */
  readonly followed: number;
  /** The addresses of other sites; nothing is asked of them. */
  readonly elsewhere: readonly string[];
  /** Links to a file or an anchor that is not there. */
  readonly broken: readonly string[];
}

/**
 * Follows every link of Markdown files, or of a whole site from its first page on, without leaving this machine.
 *
 * An anchor counts as there when the page it points into has a heading or an element of that name.
 */
export async function linksOf(
  pages: { readonly root: string; readonly files: readonly string[] } | { readonly site: string },
): Promise<LinkReport> {
  const where =
    'site' in pages
      ? { path: pages.site, recurse: true }
      : { path: [...pages.files], serverRoot: pages.root, markdown: true };
  const { links } = await check({ ...where, checkFragments: true, linksToSkip: ['^(?!http://localhost)'] });
  const unique = (states: string): string[] => [
    ...new Set(
      links
        .filter(({ state }) => (state as string) === states)
        .map(({ url, parent, status }) =>
          states === 'SKIPPED' ? url : `${parent ?? 'the list of pages'} → ${url} (${String(status)})`,
        ),
    ),
  ];
  return { followed: links.length, elsewhere: unique('SKIPPED'), broken: unique('BROKEN') };
}

/** Which addresses of other sites could not be opened, whoever answers there. */
export function malformed(addresses: readonly string[]): string[] {
  return addresses.filter((address) => {
    if (/^mailto:[^@\s]+@[^@\s]+$/.test(address)) return false;
    const url = URL.canParse(address) ? new URL(address) : undefined;
    return url?.protocol !== 'https:' || !url.hostname.includes('.') || /[\s<>()]|%20/.test(address);
  });
}
