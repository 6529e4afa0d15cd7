import PostalMime from "postal-mime";
import type { SimOrder } from "../world/orders.ts";
import type { TakenMail } from "../world/post.ts";

export type MailKind = "cancelled" | "refund late" | "refund update" | "refund sent" | "corrected" | "withdrawn" | ParcelKind | GoodsKind | ObstacleKind;
type ParcelKind = "parcel stalled" | "parcel lost" | "parcel update" | "parcel moving" | "parcel arrived" | "parcel resent" | "parcel refunded" | "parcel found" | "parcel corrected";

type GoodsKind = "late" | "late update" | "late renewed" | "late cancelled" | "late deemed" | "late shipped" | "late arrived" | "late corrected";

type ObstacleKind = "address asked" | "address update" | "address settled" | "shelf asked" | "shelf update" | "shelf ended";

/** How its reader sees a notice of a playbook. */
export function mailKindOf(notice: string, playbook: string): MailKind | undefined {
  if (notice === "first") return FIRST_KINDS[playbook];
  if (playbook === "address-invalid") return notice === "update" ? "address update" : "address settled";
  if (playbook === "out-of-stock") return notice === "update" ? "shelf update" : "shelf ended";
  if (playbook === "delayed-fulfilment") return GOODS_KINDS[notice];
  return (playbook.startsWith("parcel") ? PARCEL_KINDS : OTHER_KINDS)[`${playbook === "parcel-lost" ? "lost " : ""}${notice}`];
}

const FIRST_KINDS: Readonly<Record<string, MailKind>> = { "refund-idle": "refund late", "cancelled-by-store": "cancelled", "parcel-stalled": "parcel stalled", "parcel-lost": "parcel lost", "delayed-fulfilment": "late", withdrawal: "withdrawn", "address-invalid": "address asked", "out-of-stock": "shelf asked" };
const GOODS_KINDS: Readonly<Record<string, MailKind>> = { update: "late update", renewed: "late renewed", cancelled: "late cancelled", deemed: "late deemed", shipped: "late shipped", arrived: "late arrived", corrected: "late corrected" };
const PARCEL_KINDS: Readonly<Record<string, MailKind>> = {
  update: "parcel update", moving: "parcel moving", arrived: "parcel arrived", corrected: "parcel corrected",
  "lost update": "parcel update", "lost resent": "parcel resent", "lost refunded": "parcel refunded", "lost moving": "parcel found", "lost arrived": "parcel found",
};

const SHELF_KINDS: Readonly<Partial<Record<MailKind, MailKind>>> = { late: "shelf asked", "late update": "shelf update" };

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
  ["address asked", /^(?:The delivery address of order|Zur Lieferadresse der Bestellung|L’adresse de livraison de la commande) /],
  ["address update", /^(?:Update: the delivery address of order|Neuer Stand: Lieferadresse der Bestellung|Du nouveau sur l’adresse de livraison, commande) /],
  ["address settled", /^(?:The address of order|Die Lieferadresse der Bestellung|L’adresse de la commande) /],
  ["shelf ended", /^(?:Order \S+ can leave|Die Bestellung \S+ kann abgehen|La commande \S+ peut partir)$/],
  ["shelf update", /^Du nouveau sur votre commande /],
  ["late", /^(?:About your order|Zu Ihrer Bestellung|À propos de votre commande) /],
  ["late update", /^(?:Update: your order|Neuer Stand: Ihre Bestellung|Des nouvelles de votre commande) \S+$/],
  ["late renewed", /^(?:A change to your order|Eine Änderung zu Ihrer Bestellung|Un changement pour votre commande) /],
  ["late cancelled", /^(?:You cancelled order|Sie haben die Bestellung|Vous avez annulé la commande) /],
  ["late deemed", /^(?:Order \S+ is cancelled|Bestellung \S+ ist storniert|La commande \S+ est annulée)$/],
  ["late shipped", /^(?:Your order \S+ has left|Ihre Bestellung \S+ ist unterwegs|Votre commande \S+ est partie)$/],
  ["late arrived", /^(?:Your order \S+ has arrived|Ihre Bestellung \S+ ist angekommen|Votre commande \S+ est arrivée)$/],
  ["late corrected", /^(?:Correction: your order|Richtigstellung: Ihre Bestellung|Rectification.: votre commande) /],
  ["withdrawn", /^(?:We have received your withdrawal from order|Ihr Widerruf der Bestellung|Nous avons bien reçu votre rétractation pour la commande) /],
  ["parcel corrected", /^(?:Correction: your parcel|Berichtigung: Ihr Paket|Rectificatif concernant votre colis)/],
  ["parcel update", /^(?:Update: your parcel|Neuer Stand: Ihr Paket|Du nouveau sur votre colis)/],
  ["parcel resent", /^(?:Another parcel|Ein neues Paket|Un nouveau colis)/],
  ["parcel refunded", /^(?:Your refund for order|Ihre Erstattung für die Bestellung|Votre remboursement pour la commande) \S+$/],
  ["parcel found", /^(?:News of your parcel|Neues von Ihrem Paket|Des nouvelles de votre colis)/],
  ["parcel moving", /^(?:Your parcel .* is moving again|Ihr Paket .* ist wieder unterwegs|Votre colis .* a repris son chemin)$/],
  ["parcel arrived", /^(?:Your parcel .* has arrived|Ihr Paket .* ist angekommen|Votre colis .* est arrivé)$/],
  ["parcel stalled", /^(?:About your parcel|Zu Ihrem Paket|À propos de votre colis)/],
  ["corrected", /^(?:Correction|Berichtigung|Rectification\u00A0):/],
  ["cancelled", /has been cancelled|storniert|a été annulée/i],
  ["refund update", /^(?:Update|Neuer Stand|Point de situation\u00A0):/],
  ["refund sent", /has been sent|ist unterwegs|a été émis/i],
  ["refund late", /^About your refund|^Zu Ihrer Erstattung|^À propos de votre remboursement/],
];

/** Both first words about a parcel have one subject. */
const STANDS_STILL = /has not moved|has not collected it|stood still|nicht weitergekommen|noch nicht vom Versanddienst abgeholt|n’avance plus|pas encore pris en charge|resté immobile/;

/** An empty shelf and goods that are late are told of under one subject. */
const IS_OF_SHELVES = /from our shelves|What is missing from your order|in unserem Lager|Was in Ihrer Bestellung \S+ fehlt|dans notre stock/;

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
  const flat = text.replaceAll(/\s+/g, " ");
  const isLost = kind === "parcel stalled" && !STANDS_STILL.test(flat);
  const ofShelf = IS_OF_SHELVES.test(flat) ? SHELF_KINDS[kind] : undefined;
  return { taken, order, kind: isLost ? "parcel lost" : (ofShelf ?? kind), subject, text };
}
