/** Each of the numbers once, the smallest first. */
export function sortUnique(numbers: Iterable<number>): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}
