// A plugin of Stryker that leaves alone what no behaviour depends on: the words that a declaration has for people.

const WORDS_FOR_PEOPLE = new Set(['about', 'title', 'source']);

/** The plugins that Stryker finds here. */
export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'documentation',
    value: {
      shouldIgnore(path) {
        const { key, computed } = path.node;
        if (!path.isObjectProperty() || computed || !WORDS_FOR_PEOPLE.has(key.name)) return undefined;
        return 'Documentation: the house test compares it with the pages, and nothing acts on it.';
      },
    },
  },
];
