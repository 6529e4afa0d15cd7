import type { Segments } from "./smtp/mime.ts";

/** What a notice says in one language. `words` is shared by all notices that say the same; `values` are the recipient's. */
export interface Said {
  /** The same object for the same words: letters are compiled once for it. */
  readonly words: { readonly subject: Segments; readonly text: Segments; readonly html: Segments; readonly sms?: Segments };
  readonly values: Readonly<Record<string, string>>;
}
