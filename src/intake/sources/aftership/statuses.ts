import { table } from "../../../base/table.ts";
import type { ParcelStatus } from "../../core/event.ts";
import type { Scan } from "../tracking.ts";

type Word = Pick<Scan, "status" | "why">;

/** https://www.aftership.com/docs/tracking/enum/delivery-statuses */
const TAGS = table<ParcelStatus>({
  Pending: "unknown",
  InfoReceived: "label",
  InTransit: "moving",
  OutForDelivery: "last_mile",
  AttemptFail: "attempt_failed",
  Delivered: "delivered",
  AvailableForPickup: "pickup",
  Exception: "failed",
  Expired: "unknown",
});

/** https://www.aftership.com/docs/tracking/enum/delivery-sub-statuses: an exception is a delay as often as an end. */
const SUBTAGS = table<Word>({
  Exception_002: { status: "failed", why: "address" },
  Exception_003: { status: "failed", why: "refused" },
  Exception_004: { status: "delayed", why: "customs" },
  Exception_005: { status: "delayed", why: "other" },
  Exception_006: { status: "delayed", why: "other" },
  Exception_007: { status: "failed", why: "address" },
  // It still lies there; when the carrier gives up, it says that it returns.
  Exception_008: { status: "pickup", why: "unclaimed" },
  Exception_009: { status: "failed", why: "carrier" },
  Exception_010: { status: "returning" },
  Exception_011: { status: "returning" },
  Exception_012: { status: "failed", why: "damaged" },
  Exception_013: { status: "failed", why: "lost" },
  Exception_016: { status: "delayed", why: "carrier" },
  Exception_017: { status: "delayed", why: "weather" },
  Exception_018: { status: "delayed", why: "customs" },
  Exception_019: { status: "delayed", why: "carrier" },
  Exception_020: { status: "failed", why: "other" },
  Exception_021: { status: "failed", why: "other" },
});

/** AfterShip's words in ours; `unknown` for a word that we do not know. */
export function statusOf({ tag, subtag }: { tag?: string | null | undefined; subtag?: string | null | undefined }): Word {
  return SUBTAGS[subtag ?? ""] ?? { status: TAGS[tag ?? ""] ?? "unknown" };
}
