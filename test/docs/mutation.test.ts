import { describe, expect, it } from 'vitest';
import { textOf } from './pages.ts';

interface Survivor {
  readonly code: string;
  readonly becomes: string;
}

interface Results {
  readonly folders: Record<
    string,
    { readonly score: number; readonly files: { readonly file: string; readonly survivors: Survivor[] }[] }
  >;
}

type Explanation = Readonly<{ why: string; mutants: Record<string, [code: string, becomes: string][]> }>;

const { folders } = JSON.parse(textOf('test/mutation/results.json')) as Results;
const explanations = JSON.parse(textOf('test/mutation/survivors.json')) as Explanation[];

describe.each(Object.entries(folders))('of the mutants of %s', (_, { score, files }) => {
  it('at least 85 % were killed', () => {
    expect(score).toBeGreaterThanOrEqual(85);
  });

  it('each that survived is explained', () => {
    const unexplained = files.flatMap(({ file, survivors }) =>
      survivors
        .filter(
          ({ code, becomes }) =>
            !explanations.some(({ mutants }) => mutants[file]?.some(([from, to]) => from === code && to === becomes)),
        )
        .map((survivor) => ({ file, ...survivor })),
    );
    expect(unexplained).toEqual([]);
  });
});

it('no mutant is explained that did not survive', () => {
  const survived = Object.values(folders).flatMap(({ files }) =>
    files.flatMap(({ file, survivors }) => survivors.map(({ code, becomes }) => [file, code, becomes])),
  );
  const explained = explanations.flatMap(({ mutants }) =>
    Object.entries(mutants).flatMap(([file, changes]) => changes.map((change) => [file, ...change])),
  );
  for (const one of explained) expect(survived).toContainEqual(one);
});
