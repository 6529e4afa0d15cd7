/** Keeps the values used last, up to a limit. For immutable things only. */
export class Lru<V> {
  readonly #limit: number;
  readonly #values = new Map<string, V>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#values.size;
  }

  /** The value under `key`, made now if it is not kept. */
  getOrMake(key: string, make: () => V): V {
    const kept = this.#values.get(key);
    const value = kept ?? make();
    // A Map keeps the order of insertion: what is used moves to the end, what is unused stays at the front.
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > this.#limit) {
      const [oldest] = this.#values.keys();
      if (oldest !== undefined) this.#values.delete(oldest);
    }
    return value;
  }
}
