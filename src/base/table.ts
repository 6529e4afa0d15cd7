/**
 * What words from outside mean here. An object knows more words than stand in its braces: `constructor` would lead to a
 * function, `__proto__` to an object. A table knows its own and no other.
 */
export function table<T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.freeze(Object.assign(Object.create(null) as Record<string, T>, entries));
}
