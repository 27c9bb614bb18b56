/**
 * Suppresses the tfjs warning that orthogonal initialization of large matrices may be slow.
 *
 * A 64 × 64 matrix takes milliseconds, and the warning appears once per run and breaks the progress bar.
 */
export function silenceOrthogonalWarning(): void {
  const warn = console.warn.bind(console);
  console.warn = (...args: unknown[]): void => {
    if (!String(args[0]).startsWith('Orthogonal initializer is being called')) warn(...args);
  };
}
