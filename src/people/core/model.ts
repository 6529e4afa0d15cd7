import type { Instant, Milliseconds } from "../../base/time.ts";

/** A member of staff who can be paged. */
export interface Person {
  readonly name: string;
  readonly email: string;
  /** Roles as playbooks name them. */
  readonly roles: readonly string[];
}

/** Who is called when a page is open, and how. From the store's configuration. */
export interface Roster {
  /** First to last; after the last the first is called again. */
  readonly order: readonly [Person, ...Person[]];
  /** How long a call waits for an acknowledgement before the next one goes out. */
  readonly repeatAfter: Milliseconds;
  /** The store as staff know it; in the subject of page mails. */
  readonly storeName: string;
  /** The address where a page is acknowledged, for the token of a call. */
  acknowledgeUrl(token: string): string;
}

/** What a page is about and what its mail says. One page is open per `about`. */
export interface PageRequest {
  /** Stable name of what needs a person: `incident/<id>`, `source/<name>`, `gap`. */
  readonly about: string;
  /** Plain text: what happened, how many customers, by when. */
  readonly why: string;
}

/** A page as screens show it. */
export interface OpenPage {
  readonly pageId: string;
  readonly about: string;
  readonly why: string;
  readonly openedAt: Instant;
  /** How many times somebody was called. */
  readonly calls: number;
  readonly lastCalled?: string;
  readonly nextCallAt?: Instant;
  readonly acknowledgedAt?: Instant;
  readonly acknowledgedBy?: string;
}

/** One mail to one person; it may speak of several pages that fell due together. */
export interface PageMail {
  readonly to: Person;
  readonly subject: string;
  readonly text: string;
}

/** What the mail provider said of a page mail. */
export interface CallOutcome {
  readonly accepted: boolean;
  readonly said: string;
}

/** Human work with an owner and a due time. */
export interface TaskRequest {
  /** What it is about: `case/<id>`. One task per (about, what). */
  readonly about: string;
  /** The role that owns it. */
  readonly owner: string;
  /** What to do, in words. */
  readonly what: string;
  readonly dueAt: Instant;
}

export interface OpenTask extends TaskRequest {
  readonly taskId: string;
}
