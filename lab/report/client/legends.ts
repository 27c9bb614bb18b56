import type { Announce } from './announcer.ts';

/**
 * Makes the names in every legend buttons that switch lines on and off, in all charts of the page at once: a strategy
 * has the same name everywhere.
 */
export function liveLegends(page: Document, hidden: Set<string>, refresh: () => void, announce: Announce): void {
  const entries = [...page.querySelectorAll<HTMLElement>('.legend li')].map((item) => entryIn(item));
  const everything = [...page.querySelectorAll<HTMLElement>('.legend')].map((list) => {
    const item = page.createElement('li');
    const button = buttonIn(page);
    button.textContent = 'show all';
    item.append(button);
    list.append(item);
    return { item, button };
  });

  const update = (what: string): void => {
    for (const { name, button } of entries) button.setAttribute('aria-pressed', String(!hidden.has(name)));
    for (const { item } of everything) item.hidden = hidden.size === 0;
    refresh();
    announce(what);
  };
  for (const { item } of everything) item.hidden = true;
  for (const { name, button } of entries) {
    button.addEventListener('click', () => {
      if (!hidden.delete(name)) hidden.add(name);
      update(`${name} is ${hidden.has(name) ? 'hidden' : 'shown'} in all charts.`);
    });
  }
  for (const { button, item } of everything) {
    button.addEventListener('click', () => {
      hidden.clear();
      // The button is about to go, and the focus must not go with it.
      item.parentElement?.querySelector('button')?.focus();
      update('Everything is shown.');
    });
  }
}

interface Entry {
  readonly name: string;
  readonly button: HTMLButtonElement;
}

function entryIn(item: HTMLElement): Entry {
  const button = buttonIn(item.ownerDocument);
  button.append(...item.childNodes);
  button.setAttribute('aria-pressed', 'true');
  item.replaceChildren(button);
  return { name: item.dataset['line'] ?? '', button };
}

function buttonIn(page: Document): HTMLButtonElement {
  const button = page.createElement('button');
  button.type = 'button';
  return button;
}
