import type { Instant } from "../../src/base/time.ts";

interface Entry {
  readonly at: Instant;
  readonly order: number;
  readonly act: () => void | Promise<void>;
}

/** What happens in the world outside of the product, in the order of time. */
export class Agenda {
  #entries: Entry[] = [];
  #made = 0;

  at(at: Instant, act: () => void | Promise<void>): void {
    this.#entries.push({ at, order: this.#made++, act });
  }

  /** The next entry up to `until`; undefined when there is none. */
  next(until: Instant): Entry | undefined {
    const sooner = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.order < b.order);
    const least = this.#entries.reduce<Entry | undefined>((best, each) => (best === undefined || sooner(each, best) ? each : best), undefined);
    if (least === undefined || least.at > until) return undefined;
    this.#entries.splice(this.#entries.indexOf(least), 1);
    return least;
  }
}
