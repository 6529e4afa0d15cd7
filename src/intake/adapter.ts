import type { z } from "zod";
import type { Certificate } from "../base/certificates.ts";
import type { Fetch } from "../base/ports.ts";
import type { Result } from "../base/result.ts";
import type { Instant, Milliseconds } from "../base/time.ts";
import type { Delivery, InboxRow, IntakeProblem, Normalised, UnsignedDelivery, VerifiedDelivery } from "./core/delivery.ts";
import type { OwnNotices } from "./core/own-notices.ts";

export type SourceKind = "shop" | "payments" | "carriers" | "generic";

/** What a vendor's folder says of itself. */
export interface SourceManifest {
  /** What `type` of a configured source names; also the name of the vendor's folder. */
  readonly type: string;
  readonly kind: SourceKind;
  readonly title: string;
  /** What a store configures for it. */
  readonly config: z.ZodType;
  readonly routes: readonly string[];
}

/** What the `index.ts` of a vendor's folder exports as `source`; the generated registry lists them. */
export interface SourceModule {
  readonly manifest: SourceManifest;
  /** Throws a ZodError whose paths are those of `config`. */
  create(name: string, config: unknown): SourceAdapter;
}

/** A module whose `create` gets its configuration as its own schema reads it. */
export function sourceModule<Schema extends z.ZodType>(
  manifest: SourceManifest & { readonly config: Schema },
  create: (name: string, config: z.output<Schema>) => SourceAdapter,
): SourceModule {
  return { manifest, create: (name, config) => create(name, manifest.config.parse(config)) };
}

export interface PullRequest {
  readonly fetch: Fetch;
  /** Everything that changed at the vendor from here on is wanted. */
  readonly since: Instant;
  /** When this pull began: what changes from here on is for the next one. */
  readonly until: Instant;
  /** Deliveries of this source that wait for their order, newest first: the API may know which it is. Asked for by whoever can find out. */
  readonly waiting: () => Promise<readonly InboxRow[]>;
  /** Work of this source that our books hold to be held, by the ids of its facts: the API may know what has become of it. */
  readonly held: () => Promise<readonly string[]>;
  /** Where an unfinished pull of the same span stopped. */
  readonly cursor?: string;
}

/** One page of a pull, to be kept with its cursor in one transaction; or why the pull ends early. */
export type PulledPage =
  | { readonly kind: "page"; readonly deliveries: readonly VerifiedDelivery[]; /** Absent on the last page. */ readonly cursor?: string }
  | { readonly kind: "later"; readonly retryAfter: Milliseconds; readonly why: string }
  | { readonly kind: "refused"; readonly why: string; readonly next: string };

/** One vendor: made by `create` of its folder in `sources/` from a store's configuration. */
export interface SourceAdapter {
  readonly kind: SourceKind;
  /** Hashes of the API keys that lead to this source where no address names it (`POST /v1/events`). */
  readonly keyHashes?: readonly string[];
  /**
   * Where the vendor signs with a certificate: the address of the one that a delivery asks for, and only when it is one of
   * the vendor's own. It is fetched before `verify`; for anything else nothing is requested. Pure.
   */
  readonly certificateUrl?: (delivery: Delivery) => string | undefined;
  /** Pure over headers and raw bytes; constant time over the signature; any of several secrets. `certificate` is that of `certificateUrl`. */
  verify(delivery: Delivery, now: Instant, certificate?: Certificate): Result<readonly VerifiedDelivery[], IntakeProblem>;
  /** Pure and deterministic. Events, or why it is ignored or quarantined. May throw: that quarantines the row. */
  normalise(row: InboxRow): Normalised;
  /** A reconciling pull, where the vendor has an API and the store gave access to it. */
  readonly pull?: (request: PullRequest) => AsyncIterable<PulledPage>;
  /** What the shop writes to its customers by itself. */
  readonly ownNotices?: OwnNotices;
  /** How recorded deliveries of this vendor are read, where it has them in files. */
  readonly recordings?: Recordings;
  /** Signs a body as the vendor would, with the store's newest secret: for replay. Absent where only the vendor has the key. */
  readonly sign?: (unsigned: UnsignedDelivery, now: Instant) => Delivery;
}

/** A file that holds a delivery or the body of one. */
export interface RecordedFile {
  readonly name: string;
  readonly text: string;
}

/** What is renewed when a recording is played again; what is absent stays as it was recorded. */
export interface Renewal {
  /** A new delivery identity for each file, or it is the duplicate that it is. */
  readonly deliveryId?: (file: string) => string;
  /** The newest moment of all bodies becomes this one; all others keep their distance from it. */
  readonly newest?: Instant;
}

/** A recording that can be signed and sent. */
export interface Recorded {
  readonly file: string;
  readonly unsigned: UnsignedDelivery;
  /** What differs from the file. */
  readonly changed: readonly string[];
}

export interface Recordings {
  /** Reads all files of a folder together: one may hold what another lost. Throws nothing; what is no recording is left out with a reason. */
  read(files: readonly RecordedFile[], renewal: Renewal): { readonly recorded: readonly Recorded[]; readonly skipped: readonly { readonly file: string; readonly why: string }[] };
}

/** A source of one store, under the name that its facts carry. */
export interface ConfiguredSource {
  readonly name: string;
  readonly adapter: SourceAdapter;
  /** Unheard and unpulled for this long, it counts as silent. */
  readonly silentAfter: Milliseconds;
  /** Its newest word this much older than its arrival, it counts as lagging. */
  readonly lagAfter: Milliseconds;
  /** Whether it has access to an API that tells what its webhooks missed. */
  readonly isPulled: boolean;
}
