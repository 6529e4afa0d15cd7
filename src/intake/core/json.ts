import { err, ok, type Result } from "../../base/result.ts";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Deeper than any vendor nests; keeps a hostile payload from exhausting the stack. */
export const MAX_JSON_DEPTH = 64;

/** A JSON text that was read, with the exact source of every object in it. */
export interface JsonText {
  readonly value: Json;
  /** The characters that an object or array of `value` was read from, unchanged. */
  sourceOf(part: object): string;
}

const UTF8 = new TextDecoder("utf-8", { fatal: true });
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NOT_STORABLE = /\u0000/g;

class Malformed extends Error {}

/**
 * Reads JSON without losing anything: an integer beyond 2^53 stays as its digits in a string (vendors' ids are
 * 64 bit), and what `JSON.parse` forgives silently (duplicate keys, bottomless nesting, broken UTF-8) is an error,
 * because two readers of the same signed bytes must not see two different payloads.
 * Returns what is wrong and at which character.
 */
export function readJson(bytes: Uint8Array): Result<JsonText, string> {
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    return err("it is not UTF-8");
  }
  try {
    return ok(new Reader(text).read());
  } catch (error) {
    if (error instanceof Malformed) return err(error.message);
    throw error;
  }
}

class Reader {
  private readonly text: string;
  private readonly spans = new WeakMap<object, readonly [start: number, end: number]>();
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  read(): JsonText {
    const value = this.value(0);
    this.skipSpace();
    if (this.at < this.text.length) this.fail("unexpected text after the end");
    const { spans, text } = this;
    return {
      value,
      sourceOf(part) {
        const span = spans.get(part);
        if (!span) throw new RangeError("Not a part of this JSON text");
        return text.slice(span[0], span[1]);
      },
    };
  }

  private value(depth: number): Json {
    this.skipSpace();
    switch (this.text[this.at]) {
      case "{":
        return this.object(depth);
      case "[":
        return this.array(depth);
      case '"':
        return this.string();
      case "t":
        return this.word("true", true);
      case "f":
        return this.word("false", false);
      case "n":
        return this.word("null", null);
      default:
        return this.number();
    }
  }

  private object(depth: number): Json {
    const start = this.enter(depth);
    const object: { [key: string]: Json } = {};
    if (!this.takes("}")) {
      do {
        this.skipSpace();
        const key = this.string();
        if (Object.hasOwn(object, key)) this.fail(`the key "${key.slice(0, 40)}" stands twice in one object`);
        this.expect(":");
        const value = this.value(depth + 1);
        // Plain assignment to __proto__ would change the object instead of filling it.
        if (key === "__proto__") Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
        else object[key] = value;
      } while (this.takes(","));
      this.expect("}");
    }
    this.spans.set(object, [start, this.at]);
    return object;
  }

  private array(depth: number): Json {
    const start = this.enter(depth);
    const array: Json[] = [];
    if (!this.takes("]")) {
      do array.push(this.value(depth + 1));
      while (this.takes(","));
      this.expect("]");
    }
    this.spans.set(array, [start, this.at]);
    return array;
  }

  private string(): string {
    const start = this.at;
    if (this.text[start] !== '"') this.fail("expected a string");
    let escaped = false;
    for (let at = start + 1; at < this.text.length; at++) {
      const code = this.text.charCodeAt(at);
      if (code === 34) {
        this.at = at + 1;
        return escaped ? this.unescape(start) : this.text.slice(start + 1, at);
      }
      if (code < 32) this.fail("a control character in a string");
      if (code === 92) {
        escaped = true;
        at++;
      }
    }
    return this.fail("it ends inside a string");
  }

  private unescape(start: number): string {
    try {
      const plain = JSON.parse(this.text.slice(start, this.at)) as string;
      // PostgreSQL stores neither NUL nor half a surrogate pair; a name must not poison its delivery.
      return plain.toWellFormed().replace(NOT_STORABLE, "\uFFFD");
    } catch {
      return this.fail("a broken escape in a string");
    }
  }

  private number(): Json {
    NUMBER.lastIndex = this.at;
    const match = NUMBER.exec(this.text);
    if (!match) return this.fail(this.at < this.text.length ? "expected a value" : "it ends too early");
    const [digits] = match;
    this.at += digits.length;
    const value = Number(digits);
    const lossy = Number.isInteger(value) ? !Number.isSafeInteger(value) : !Number.isFinite(value);
    return lossy ? digits : value;
  }

  private word<T extends Json>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) this.fail("expected a value");
    this.at += word.length;
    return value;
  }

  private enter(depth: number): number {
    if (depth >= MAX_JSON_DEPTH) this.fail(`nested deeper than ${MAX_JSON_DEPTH}`);
    return this.at++;
  }

  private takes(mark: string): boolean {
    this.skipSpace();
    if (this.text[this.at] !== mark) return false;
    this.at++;
    return true;
  }

  private expect(mark: string): void {
    if (!this.takes(mark)) this.fail(this.at < this.text.length ? `expected ${mark}` : "it ends too early");
  }

  private skipSpace(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.at++;
    }
  }

  private fail(what: string): never {
    throw new Malformed(`${what} (character ${this.at})`);
  }
}
