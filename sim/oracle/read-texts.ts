import type { TakenText } from "../world/carrier.ts";
import type { SimOrder } from "../world/orders.ts";
import type { MailKind, ReadMail } from "./mails.ts";

/** By what their readers see, without accents and capitals: texts have neither subjects nor the words of mails. */
const KINDS: readonly (readonly [MailKind, RegExp])[] = [
  ["cancelled", /we cancelled your order|wir haben ihre bestellung .* storniert|nous avons annule votre commande/],
  ["corrected", /wrong reason for cancelling|wrote about the cancellation|we wrote that your refund|falschen grund fur die stornierung|zur stornierung von .* geschrieben|geschrieben, ihre erstattung|raison indiquee pour l'annulation|donnee sur l'annulation|ecrit que votre remboursement/],
  ["parcel corrected", /we wrote that your parcel|geschrieben, ihr paket|ecrit que votre colis/],
  ["parcel resent", /: another parcel for|: ein neues paket zur|: un autre colis pour/],
  ["parcel refunded", /: the parcel for|: das paket zur|: le colis de la/],
  ["parcel found", /undeliverable, is|unzustellbar gemeldetes|declare non livrable,/],
  ["parcel update", /parcel for order \S+ has still not|no news yet of your|there is news of your|wurde noch nicht abgeholt|hat sich noch nicht bewegt|neues zu ihrem paket|colis pour la commande \S+ n'a toujours pas|nouvelles de votre colis|du nouveau pour votre colis/],
  ["parcel stalled", /sorry for the delay|verzogerung tut uns leid|excuser ce retard/],
  ["parcel moving", /is moving again|ist wieder unterwegs|est de nouveau en route/],
  ["parcel arrived", /parcel for order \S+ (?:has arrived|is ready|is reported as delivered)|ist angekommen|paket zur bestellung \S+ (?:liegt|ist als zugestellt)|colis pour la commande \S+ (?:est arrive|vous attend|est indique comme livre)/],
  ["parcel lost", /your parcel|ihr paket|votre colis/],
  ["refund sent", /your refund of \S+ for order \S+ was sent|haben wir(?: am .*)? veranlasst|pour la commande \S+ a ete emis/],
  ["refund late", /we are sorry|tut uns leid|nous excuser|excuser cette attente/],
  ["refund update", /refund|charged|erstatt|abgebucht|rembours|debite/],
];

/** Reads a text to a customer; a string says why it cannot be understood. */
export function readText(taken: TakenText, byReference: ReadonlyMap<string, SimOrder>): ReadMail | string {
  const text = Buffer.from(taken.content).toString("utf8");
  const order = byReference.get(/#\d+/.exec(text)?.[0] ?? "");
  const plain = text.normalize("NFD").replaceAll(/\p{M}/gu, "").replaceAll("’", "'").replaceAll(/\s+:/g, ":").toLowerCase();
  const kind = KINDS.find(([, pattern]) => pattern.test(plain))?.[0];
  if (order === undefined) return `the text "${text}" names no order`;
  if (kind === undefined) return `the text "${text}" is of no known kind`;
  return { taken, order, kind, subject: `text: ${text.slice(0, 80)}`, text };
}
