import type { Verdict } from 'gradclip/testing';
import type { StrategyVerdicts } from './verdicts.ts';

/** A law as the page introduces it. */
type Titles = ReadonlyMap<string, string>;

const PLACES = ['cpu', 'wasm', 'gradclip-device'];

const INTRODUCTION = `---
title: Which strategy keeps which law
---

# Which strategy keeps which law

Written by \`npm test\`. A cell has one sign for each backend, in the order cpu, wasm and device; the device is the cpu backend
under another name, on which the framework takes the tfjs operations that it takes on webgl and webgpu. ✓ the law holds ·
– it does not bind, for the reason given below · ✗ it is broken.

\`npm run test:browser\` judges the same laws once more in Chromium: every strategy of the shelf, and one made with the
combinators, on wasm and on webgl, with the exemptions given below and no others. Small tensors are computed by shaders too,
which tfjs would leave to the cpu, and what a kernel of webgl reads by itself counts as a read. The graphics are those of
SwiftShader, a renderer in software; a card that rounds denormal numbers to zero may differ where norms are below 1e-38.
On webgpu the strategies are held against their oracles and read nothing back, but the laws are not judged: they look at
each step at once, and there Chromium answers zeros to whoever does not wait.
`;

/** The page of a whole run; undefined when a strategy, a law or a backend is missing. */
export function pageOf(shelf: readonly string[], all: readonly StrategyVerdicts[]): string | undefined {
  const rows = shelf.map((id) => ({ id, verdicts: all.find((one) => one.id === id)?.verdicts ?? [] }));
  const laws = [...new Set(rows.flatMap(({ verdicts }) => verdicts.map(({ law }) => law)))].filter(
    (law) => law !== 'oracle',
  );
  const titles: Titles = new Map(rows.flatMap(({ verdicts }) => verdicts.map(({ law, title }) => [law, title])));
  const whole = rows.every(({ verdicts }) =>
    ['oracle', ...laws].every((law) => PLACES.every((place) => signOf(verdicts, law, place) !== '')),
  );
  if (!whole || laws.length === 0) return undefined;
  return [
    INTRODUCTION,
    table(
      ['strategy', ...laws],
      rows.map(({ id, verdicts }) => [
        `\`${id}\``,
        ...laws.map((law) => PLACES.map((place) => signOf(verdicts, law, place)).join('')),
      ]),
    ),
    '## The laws\n\nA strategy …\n',
    table(
      ['law', ''],
      laws.map((law) => [law, titles.get(law) ?? '']),
    ),
    '## Against the oracle\n',
    'The largest relative error of any tensor, rounded up, against a second implementation in float64: over 50 seeded sequences\n' +
      'of 60 steps with spikes, zeros and absent gradients at scales from 1e-20 to 1e20 (10 sequences on the device).\n' +
      'Where a strategy is judged under several options, the worst of them.\n',
    table(
      ['strategy', 'cpu', 'wasm', 'device'],
      rows.map(({ id, verdicts }) => [`\`${id}\``, ...PLACES.map((place) => worstOf(verdicts, place))]),
    ),
    '## Where a law does not bind\n',
    exemptionsOf(rows),
  ].join('\n');
}

function at(verdicts: readonly Verdict[], law: string, place: string): readonly Verdict[] {
  return verdicts.filter((verdict) => verdict.law === law && verdict.backend === place);
}

function signOf(verdicts: readonly Verdict[], law: string, place: string): string {
  const found = at(verdicts, law, place);
  if (found.length === 0) return '';
  if (found.some(({ holds }) => holds === false)) return '✗';
  return found.some(({ holds }) => holds) ? '✓' : '–';
}

function worstOf(verdicts: readonly Verdict[], place: string): string {
  const found = at(verdicts, 'oracle', place);
  if (found.some(({ holds }) => !holds)) return '✗';
  return roundedUp(Math.max(...found.map(({ worst = NaN }) => worst)));
}

/** One digit, and never less than the number. */
export function roundedUp(error: number): string {
  if (error === 0) return '0';
  const [digits = '', exponent = ''] = error.toExponential(2).split('e');
  const up = Math.ceil(Number(digits));
  return up === 10 ? `1e${Number(exponent) + 1}` : `${up}e${Number(exponent)}`;
}

function exemptionsOf(rows: readonly StrategyVerdicts[]): string {
  const reasons = new Map<string, Set<string>>();
  for (const { id, verdicts } of rows) {
    for (const { law, backend = '', exempt } of verdicts) {
      if (exempt === undefined || at(verdicts, law, backend).some(({ holds }) => holds !== undefined)) continue;
      const key = `| ${law} | ${exempt} |`;
      reasons.set(key, (reasons.get(key) ?? new Set()).add(`\`${id}\``));
    }
  }
  const lines = [...reasons].map(([key, ids]) => `${key} ${ids.size === rows.length ? 'all' : [...ids].join(', ')} |`);
  return `| law | reason | strategies |\n|---|---|---|\n${lines.sort().join('\n')}\n`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return `${[line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}
