import PostalMime from "postal-mime";
import type { SimOrder } from "../world/orders.ts";
import type { TakenMail } from "../world/post.ts";

export type MailKind = "cancelled" | "refund late" | "refund update" | "refund sent" | "corrected";

/** How its reader sees a notice of a playbook. */
export function mailKindOf(notice: string, playbook: string): MailKind | undefined {
  if (notice === "first") return playbook === "refund-idle" ? "refund late" : "cancelled";
  return OTHER_KINDS[notice];
}

const OTHER_KINDS: Readonly<Record<string, MailKind>> = { update: "refund update", "refund-sent": "refund sent", corrected: "corrected" };

/** A mail as its reader understands it. */
export interface ReadMail {
  readonly taken: TakenMail;
  readonly order: SimOrder;
  readonly kind: MailKind;
  readonly subject: string;
  readonly text: string;
}

const KINDS: readonly (readonly [MailKind, RegExp])[] = [
  ["corrected", /^(?:Correction|Berichtigung|Rectification\u00A0):/],
  ["cancelled", /has been cancelled|storniert|a été annulée/i],
  ["refund update", /^(?:Update|Neuer Stand|Point de situation\u00A0):/],
  ["refund sent", /has been sent|ist unterwegs|a été émis/i],
  ["refund late", /^About your refund|^Zu Ihrer Erstattung|^À propos de votre remboursement/],
];

/** Reads a mail to a customer; a string says why it cannot be understood. */
export async function readMail(taken: TakenMail, byReference: ReadonlyMap<string, SimOrder>): Promise<ReadMail | string> {
  const mail = await PostalMime.parse(taken.content);
  const subject = mail.subject ?? "";
  const text = mail.text ?? "";
  const reference = /#\d+/.exec(subject)?.[0];
  const order = reference === undefined ? undefined : byReference.get(reference);
  const kind = KINDS.find(([, pattern]) => pattern.test(subject))?.[0];
  if (order === undefined) return `the mail "${subject}" names no order`;
  if (kind === undefined) return `the mail "${subject}" is of no known kind`;
  return { taken, order, kind, subject, text };
}
