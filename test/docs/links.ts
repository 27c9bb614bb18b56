import { check, type CheckOptions, type LinkResult } from 'linkinator';

/** The result of a link check. */
export interface LinkReport {
  /** The number of links followed. */
  readonly followed: number;
  /** The addresses of other sites, which are not requested. */
  readonly elsewhere: readonly string[];
  /** Links to a missing file or anchor. */
  readonly broken: readonly string[];
}

/**
 * Follows every link of Markdown files, or of a whole site from its first page, without requests to other hosts.
 *
 * An anchor exists if the page has a heading or an element with that name.
 */
export async function linksOf(
  pages: { readonly root: string; readonly files: readonly string[] } | { readonly site: string },
): Promise<LinkReport> {
  const checked = async (where: Partial<CheckOptions> & { path: string }): Promise<LinkResult[]> =>
    (await check({ ...where, checkFragments: true, linksToSkip: ['^(?!http://localhost)'] })).links;
  const links: LinkResult[] = [];
  if ('site' in pages) links.push(...(await checked({ path: pages.site, recurse: true })));
  // One file at a time: linkinator does not check the anchors of links to a page that it was given before.
  else for (const path of pages.files) links.push(...(await checked({ path, serverRoot: pages.root, markdown: true })));
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

/** Returns the addresses that no browser could open. */
export function malformed(addresses: readonly string[]): string[] {
  return addresses.filter((address) => {
    if (/^mailto:[^@\s]+@[^@\s]+$/.test(address)) return false;
    const url = URL.canParse(address) ? new URL(address) : undefined;
    return url?.protocol !== 'https:' || !url.hostname.includes('.') || /[\s<>()]|%20/.test(address);
  });
}
