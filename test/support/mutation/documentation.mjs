// A Stryker plugin that skips the descriptions in a declaration, because no behaviour depends on them.

const DESCRIPTIONS = new Set(['about', 'title', 'source']);

/** Stryker loads the plugins of this export. */
export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'documentation',
    value: {
      shouldIgnore(path) {
        const { key, computed } = path.node;
        if (!path.isObjectProperty() || computed || !DESCRIPTIONS.has(key.name)) return undefined;
        return 'Description: test/layout.test.ts compares it with the pages, and no code depends on it.';
      },
    },
  },
];
