/** The marks of a logarithmic axis from `low` to `high`: few, and round. */
export function logarithmicMarks(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const decades = Math.log10(high / low);
  const every = Math.max(1, Math.ceil(decades / 5));
  // Within a decade or two the powers of ten alone would leave the axis bare.
  const multiples = decades < 0.5 ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : decades < 1.5 ? [1, 2, 5] : [1];
  const marks: number[] = [];
  for (let exponent = first; exponent <= last; exponent += 1) {
    if (multiples.length === 1 && exponent % every !== 0) continue;
    for (const multiple of multiples) {
      // Parsed, because 10 ** -13 is not exactly 1e-13.
      const mark = Number(`${multiple}e${exponent}`);
      if (mark >= low && mark <= high) marks.push(mark);
    }
  }
  return marks;
}

const SUPERSCRIPTS = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** A mark of an axis in a few characters: 0.05, 20, 10⁶. */
export function markText(mark: number | null): string {
  if (mark === null) return '';
  const size = Math.abs(mark);
  if (size === 0 || (size < 1e4 && size >= 1e-3)) return String(Number(mark.toPrecision(3)));
  const exponent = Math.floor(Math.log10(size) + 1e-9);
  const leading = Number((mark / 10 ** exponent).toPrecision(2));
  const power = `10${exponent < 0 ? '⁻' : ''}${[...String(Math.abs(exponent))].map((digit) => SUPERSCRIPTS[Number(digit)]).join('')}`;
  return leading === 1 ? power : `${leading}·${power}`;
}
