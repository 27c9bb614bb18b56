// docs/contents.json defines the order of the pages in the site.
import { describe, expect, it } from 'vitest';
import { contents, docs, inOrder, isThere, textOf } from './pages.ts';

describe('the table of contents', () => {
  it('lists every page of docs/ exactly once', () => {
    expect(docs.length).toBeGreaterThan(40);
    expect(inOrder.filter((page) => page.startsWith('docs/')).sort()).toEqual(docs);
    expect(inOrder.filter((page) => !isThere(page))).toEqual([]);
    expect(new Set(inOrder).size).toBe(inOrder.length);
  });

  it('begins with the guide, from getting started to coming from other libraries', () => {
    expect(Object.keys(contents)[0]).toBe('Guide');
    const read = inOrder.map((page) => page.replace(/^docs\/(guide\/)?/, '').replace(/\.md$/, ''));
    const order = [
      'getting-started',
      'my-loss-is-nan',
      'how-to-choose',
      'choose-a-threshold',
      'recurrent-networks',
      'saving-and-resuming',
      'composing',
      'your-own-strategy',
      'the-lab',
      'coming-from',
      'faq',
      'results',
      'decisions/0001-strategies-are-values',
    ];
    expect(read.filter((page) => order.includes(page))).toEqual(order);
  });

  it('matches the order of the five links under "Where next" in the README', () => {
    const [, links = ''] = textOf('README.md').split('## Where next');
    const linked = [...links.split('\n\n')[1]!.matchAll(/\]\((\S+?\.md)\)/g)].map(([, page = '']) => page);
    expect(linked).toHaveLength(5);
    expect(linked).toEqual(inOrder.filter((page) => linked.includes(page)));
  });
});

it('the architecture lists every decision, in order', () => {
  const listed = [...textOf('docs/architecture.md').matchAll(/^\| \[\d{4}\]\((decisions\/\S+)\) \| \S/gm)];
  const decisions = docs.filter((page) => page.startsWith('docs/decisions/'));
  expect(listed.map(([, page = '']) => `docs/${page}`)).toEqual(decisions);
});

it('the README lists the strategies in the order of the contents', () => {
  const [, section = ''] = textOf('README.md').split('## Strategies');
  const listed = [...section.matchAll(/\[`\S+`\]\((docs\/strategies\/\S+)\)/g)].map(([, page]) => page);
  const groups = Object.entries(contents).filter(([title]) => title.startsWith('Strategies: '));
  expect(groups).toHaveLength(4);
  expect(listed).toEqual(groups.flatMap(([, pages]) => pages));
});

describe.each(docs)('%s', (page) => {
  const text = textOf(page);
  const outsideCode = text.replace(/^```[\s\S]*?^```/gm, '');

  it('has a title for the navigation and one heading at its top', () => {
    expect(/^---\ntitle: (\S.*)\n---\n/.exec(text)?.[1]).toBeDefined();
    expect(outsideCode.match(/^# .+$/gm)).toHaveLength(1);
  });

  it('names the language of each code block', () => {
    const openings = text
      .split('\n')
      .filter((line) => line.startsWith('```'))
      .filter((_, place) => place % 2 === 0);
    expect(openings.filter((line) => line === '```')).toEqual([]);
  });
});
