import { table } from "../../../base/table.ts";
import type { ParcelStatus } from "../../core/event.ts";
import type { Scan } from "../tracking.ts";

type Word = Pick<Scan, "status" | "why">;

/** https://api.17track.net/en/doc: "Main status". */
const STATUSES = table<ParcelStatus>({
  NotFound: "unknown",
  InfoReceived: "label",
  InTransit: "moving",
  Expired: "unknown",
  AvailableForPickup: "pickup",
  OutForDelivery: "last_mile",
  DeliveryFailure: "attempt_failed",
  Delivered: "delivered",
  Exception: "failed",
});

/** "Sub-status", where it says more than the main status that it begins with. */
const SUB_STATUSES = table<Word>({
  InTransit_CustomsRequiringInformation: { status: "delayed", why: "customs" },
  DeliveryFailure_Security: { status: "attempt_failed", why: "customs" },
  DeliveryFailure_Rejected: { status: "attempt_failed", why: "refused" },
  DeliveryFailure_InvalidAddress: { status: "attempt_failed", why: "address" },
  Exception_Other: { status: "delayed", why: "other" },
  Exception_Returning: { status: "returning" },
  Exception_Returned: { status: "returning" },
  Exception_NoBody: { status: "delayed", why: "address" },
  Exception_Security: { status: "delayed", why: "customs" },
  Exception_Damage: { status: "failed", why: "damaged" },
  Exception_Rejected: { status: "failed", why: "refused" },
  Exception_Delayed: { status: "delayed" },
  Exception_Lost: { status: "failed", why: "lost" },
  Exception_Destroyed: { status: "failed", why: "other" },
  Exception_Cancel: { status: "failed", why: "other" },
});

/** 17TRACK's words in ours; `unknown` for a word that we do not know. A scan has a sub-status alone. */
export function statusOf(subStatus: string | null | undefined, status?: string): Word {
  const word = subStatus ?? "";
  return SUB_STATUSES[word] ?? { status: STATUSES[status ?? word.split("_")[0] ?? ""] ?? "unknown" };
}
