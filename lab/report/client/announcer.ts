/** Says something to readers who hear the page. */
export type Announce = (what: string) => void;

/** Adds to the page what only a screen reader reads. */
export function announcerIn(page: Document): Announce {
  const status = page.createElement('p');
  status.className = 'unseen';
  status.setAttribute('role', 'status');
  page.querySelector('main')?.append(status);
  return (what) => (status.textContent = what);
}
