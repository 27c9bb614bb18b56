/** Formats a number in a few characters. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) return value.toExponential(1).replace('e+', 'e');
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(size >= 1 ? 2 : 3);
}

/** Formats a threshold, which has at most three digits: 0.25, not 0.250. */
export function formatThreshold(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : formatNumber(value);
}
