/** Formats a value as JSON, with Infinity as the string that option fields accept for it. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (item === Infinity || item === -Infinity ? String(item) : item));
}
