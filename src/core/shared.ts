/**
 * Returns a value that all copies of this package in one process share, such as its ES modules and its CommonJS build;
 * creates it at first use.
 */
export function shared<Value>(name: string, create: () => Value): Value {
  const values = globalThis as { [key: symbol]: Value | undefined };
  return (values[Symbol.for(`gradclip:${name}`)] ??= create());
}
