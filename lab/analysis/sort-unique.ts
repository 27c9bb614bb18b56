/** Removes duplicates and sorts the numbers in ascending order. */
export function sortUnique(numbers: Iterable<number>): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}
