/** Values as JSON. It has no Infinity, which is written as a string: that is how the fields of options take it. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (one === Infinity || one === -Infinity ? String(one) : one));
}
