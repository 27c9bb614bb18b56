/**
 * Keeps one warning of tfjs off the screen: that an orthogonal matrix of 64 by 64 may take long. It takes
 * milliseconds, comes once for every run, and would tear the progress bar.
 */
export function withoutSlownessWarning(): void {
  const warn = console.warn.bind(console);
  console.warn = (...words: unknown[]): void => {
    if (!String(words[0]).startsWith('Orthogonal initializer is being called')) warn(...words);
  };
}
