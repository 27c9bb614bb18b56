/** Which of the marks that a logarithmic axis could have are worth a line: few, and round. */
export function roundMarks(marks: readonly number[]): (number | null)[] {
  const positive = marks.filter((mark) => mark > 0);
  const decades = Math.log10(Math.max(...positive)) - Math.log10(Math.min(...positive));
  const every = Math.max(1, Math.ceil(decades / 5));
  // Within a decade or two the powers of ten alone would leave the axis bare.
  const multiples = decades < 0.5 ? [1, 2, 3, 4, 5, 6, 7, 8, 9] : decades < 1.5 ? [1, 2, 5] : [1];
  return marks.map((mark) => {
    const exponent = Math.floor(Math.log10(mark) + 1e-9);
    const leading = mark / 10 ** exponent;
    const round = multiples.some((one) => Math.abs(leading - one) < 1e-6);
    return round && (multiples.length > 1 || exponent % every === 0) ? mark : null;
  });
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
