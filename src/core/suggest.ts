/**
 * Finds the candidate that a misspelled name most likely means.
 *
 * A candidate qualifies if its edit distance is at most a third of the name. Case and punctuation are ignored, so
 * `globalnorm` finds `global-norm`.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  const normalized = normalizeName(name);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(normalized.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(normalized, normalizeName(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function normalizeName(name: string): string {
  // The edit distance takes quadratic time, so a very long name is cut.
  return name
    .slice(0, 64)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}

function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
