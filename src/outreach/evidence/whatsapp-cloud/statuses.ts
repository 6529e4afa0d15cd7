import type { Report } from "../../core/evidence.ts";
import { reportable } from "../../core/text.ts";

/** What somebody must put right before messages like it arrive, by code: https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes */
const FAULTS: Readonly<Record<number, string>> = {
  131031: "The WhatsApp account is locked: no message leaves. Settle it with the provider.",
  131042: "The WhatsApp account's payment method is missing or refused: no message leaves. Mend it with the provider.",
  132015: "The WhatsApp template is paused, because people complained of it. Look at its quality, and have a better one approved.",
  132016: "The WhatsApp template is disabled, because people complained of it. Have another approved and configure it.",
};

/** What a status proves; undefined of one that says nothing of arrival. A failure ends messages to no number: none says that it will stay so. */
export function reportOf(status: string, error: { readonly code: number; readonly title?: string | undefined } | undefined): Report | undefined {
  switch (status) {
    case "sent":
      return { kind: "handedOver", why: status };
    case "delivered":
    case "read":
      return { kind: "delivered", why: status };
    case "failed": {
      const fault = error && Object.hasOwn(FAULTS, error.code) ? FAULTS[error.code] : undefined;
      return { kind: "failed", addressDead: false, why: reportable([status, error?.code, error?.title].filter((part) => part !== undefined).join(" ")), ...(fault !== undefined && { fault }) };
    }
    default:
      return undefined;
  }
}
