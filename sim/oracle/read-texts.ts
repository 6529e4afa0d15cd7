import type { TakenText } from "../world/carrier.ts";
import type { SimOrder } from "../world/orders.ts";
import type { MailKind, ReadMail } from "./mails.ts";

/** By what their readers see, without accents and capitals: texts have neither subjects nor the words of mails. */
const KINDS: readonly (readonly [MailKind, RegExp])[] = [
  ["address settled", /delivery address of your order \S+ is settled|lieferadresse ihrer bestellung \S+ ist geklart|adresse de livraison de votre commande \S+ est reglee/],
  ["address update", /order \S+ is still with us|bestellung \S+ ist noch bei uns|commande \S+ est toujours chez nous/],
  ["address asked", /delivery address|shipping label|lieferadresse|versandetikett|adresse de livraison|son etiquette/],
  ["shelf ended", /what was missing from your order|was in ihrer bestellung \S+ fehlte|ce qui manquait dans votre commande/],
  ["shelf update", /what is missing from your order|was in ihrer bestellung \S+ fehlt,|ce qui manque dans votre commande/],
  ["shelf asked", /from our shelves|ein artikel ihrer bestellung|dans notre stock/],
  ["late corrected", /we wrote that your order \S+ was late|geschrieben, ihre bestellung \S+ sei verspatet|ecrit que votre commande \S+ avait du retard/],
  ["late cancelled", /we have your cancellation of order|ihre stornierung der bestellung|recu l'annulation de votre commande/],
  ["late deemed", /your order \S+ did not leave in time|ihre bestellung \S+ ist nicht rechtzeitig|votre commande \S+ n'est pas partie a temps/],
  ["late", /(?:order \S+ has not left yet|arrives later than promised).*we are sorry|your order \S+ was not on time|(?:bestellung \S+ ist noch nicht unterwegs|kommt spater an als zugesagt).*tut uns leid|mit ihrer bestellung \S+ waren wir nicht punktlich|(?:commande \S+ n'est pas encore partie|arrive plus tard que promis).*avec nos excuses|ete a l'heure pour votre commande/],
  ["late renewed", /has not left yet(?:\. it is now to leave|, and we cannot name)|noch nicht unterwegs(?:\. sie soll jetzt bis|, und wir konnen keinen tag)|n'est pas encore partie(?:\. .*choisissez|, et nous ne pouvons)/],
  ["late update", /order \S+ (?:has not left yet|is on its way and has not arrived)|there is news of your order|bestellung \S+ ist (?:noch nicht unterwegs|unterwegs und noch nicht angekommen)|es gibt neues zu ihrer bestellung|commande \S+ (?:n'est pas encore partie|est en chemin et n'est pas encore arrivee)|il y a du nouveau pour votre commande/],
  ["late shipped", /order \S+ is on its way to you|bestellung \S+ ist jetzt unterwegs zu ihnen|commande \S+ est en chemin/],
  ["late arrived", /your order \S+ has arrived|ihre bestellung \S+ ist angekommen|votre commande \S+ est arrivee/],
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

/** A text as it is searched: carriers carry few accents, and readers see through them. */
export function plainOf(text: string): string {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").replaceAll("’", "'").replaceAll(/\s+:/g, ":").toLowerCase();
}

/** Reads a text to a customer; a string says why it cannot be understood. */
export function readText(taken: TakenText, byReference: ReadonlyMap<string, SimOrder>): ReadMail | string {
  const text = Buffer.from(taken.content).toString("utf8");
  const order = byReference.get(/#\d+/.exec(text)?.[0] ?? "");
  const plain = plainOf(text);
  const kind = KINDS.find(([, pattern]) => pattern.test(plain))?.[0];
  if (order === undefined) return `the text "${text}" names no order`;
  if (kind === undefined) return `the text "${text}" is of no known kind`;
  return { taken, order, kind, subject: `text: ${text.slice(0, 80)}`, text };
}
