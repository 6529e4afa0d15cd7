import { iso, plus, type Instant } from "../../src/base/time.ts";
import type { Script } from "../world/script.ts";
import type { ScanStatus } from "../world/parcels.ts";
import type { Tellings } from "../world/tellings.ts";
import { endOf, isFound, knownJourneys, lossOf, standstillsOf, trueJourneys, type Journey } from "./journeys.ts";
import type { MailKind, ReadMail } from "./mails.ts";
import { CLOCK_TOLERANCE, NEWS_WITHIN } from "./tolerance.ts";

const SAYS_STILL = /has (?:still )?not moved|has (?:still )?not been collected|has not collected it|nicht weitergekommen, (?:soweit|zuletzt)|nicht weitergekommen\. Der Fall|noch (?:nicht|immer nicht) vom Versanddienst|n’avance plus|n’a toujours pas avancé|ne l’a pas encore pris|n’a toujours pas été pris/;
const SAYS_MOVING = /is (?:now )?moving again|ist (?:jetzt )?wieder unterwegs|a (?:maintenant )?repris son chemin/;
const SAYS_DELIVERED = /reported as delivered|als zugestellt gemeldet|indiqué comme livré/;
const SAYS_RESENT = /another one is on its way|sent another one|ist Ersatz unterwegs|Wir haben ein neues abgeschickt|expédié un autre|un autre est en chemin/;
const SAYS_CHOOSE = /You choose what happens next|Sie entscheiden, wie es weitergeht|C’est vous qui choisissez/;
const SAYS_STATUS: readonly (readonly [ScanStatus, RegExp])[] = [
  ["lost", /reported as lost|als verloren gemeldet|signalé comme perdu/],
  ["returning", /on its way back to us|auf dem Rückweg zu uns|revient vers nous/],
];

export function isOfParcels(kind: MailKind): boolean {
  return kind.startsWith("parcel");
}

export function asksToChoose({ text }: ReadMail): boolean {
  return SAYS_CHOOSE.test(flat(text));
}

export function saysResent({ text }: ReadMail): boolean {
  return SAYS_RESENT.test(flat(text));
}

/** Says what is wrong with a mail about a parcel (guarantee G2), by the world's script and by what had surely been heard. */
export function wrongOfParcels(mail: ReadMail, tellings: Tellings, backup: Script["backup"]): string[] {
  const { order, kind } = mail;
  if (!isOfParcels(kind)) return [];
  const { at } = mail.taken;
  const by = plus(at, CLOCK_TOLERANCE);
  const really = trueJourneys(order, by);
  const known = knownJourneys(order, plus(at, -NEWS_WITHIN), tellings, backup);
  return [...wrongOfStandstill(mail, really, known, by), ...wrongOfLoss(mail, really, known)];
}

function wrongOfStandstill({ text: raw, kind }: ReadMail, really: readonly Journey[], known: readonly Journey[], by: Instant): string[] {
  const text = flat(raw);
  const wrong: string[] = [];
  const standsStill = (journeys: readonly Journey[]): boolean => journeys.some((journey) => standstillsOf(journey, by).some(({ over }) => over === undefined));
  // The product may know of more scans than it surely does, and these only shorten a standstill.
  const isOver = (journey: Journey): boolean => !standsStill([journey]) && journey.scans.length > 0;
  const [latestHeard] = known.flatMap(({ scans }) => scans.map((scan) => scan.at)).toSorted((a, b) => b - a);
  if (SAYS_STILL.test(text) && really.length > 0 && known.length === really.length && known.every(isOver) && !standsStill(really)) wrong.push(`it says that the parcel stands still, and it does not, as is known${latestHeard === undefined ? "" : ` (${iso(latestHeard)})`}`);
  const isHandled = really.some(({ scans, isFollowed }) => scans.length > (isFollowed ? 0 : 1));
  if (SAYS_MOVING.test(text) && !isHandled) wrong.push("it says that the parcel moves again, and its carrier has not handled it");
  if (SAYS_MOVING.test(text) && kind === "parcel moving" && known.length > 0 && known.every((journey) => endOf(journey) !== undefined) && really.every((journey) => endOf(journey) !== undefined)) wrong.push("it says that the parcel moves again, and it has come to its end, as is known");
  if (SAYS_DELIVERED.test(text) && !really.some(({ scans }) => scans.some(({ status }) => status === "delivered"))) wrong.push("it says that the parcel was delivered, and it was not");
  return wrong;
}

function wrongOfLoss({ text: raw, kind }: ReadMail, really: readonly Journey[], known: readonly Journey[]): string[] {
  const text = flat(raw);
  const wrong: string[] = [];
  const lost = really.filter((journey) => lossOf(journey) !== undefined);
  if (kind === "parcel lost" && lost.length === 0 && !really.some(({ cancelledAt }) => cancelledAt !== undefined)) wrong.push("it says that the parcel will not arrive, and its carrier never said so");
  if (kind === "parcel found" && !really.some(isFound)) wrong.push("it says that a lost parcel was found, and it was not");
  for (const [status, says] of SAYS_STATUS) {
    if (says.test(text) && !really.some(({ scans }) => scans.some((scan) => scan.status === status))) wrong.push(`it says that the parcel is ${status}, and it is not`);
  }
  if (SAYS_RESENT.test(text) && really.length < 2) wrong.push("it says that another parcel was sent, and none was");
  const isResent = known.length > 1 && known.some((journey) => lossOf(journey) !== undefined);
  if (SAYS_CHOOSE.test(text) && isResent) wrong.push("it asks what shall be done about a parcel that was sent again, as is known");
  if (SAYS_CHOOSE.test(text) && known.some((journey) => journey.cancelledAt !== undefined)) wrong.push("it asks what shall be done about a parcel of an order that is known to be cancelled");
  if (SAYS_CHOOSE.test(text) && known.some(isFound)) wrong.push("it says that the parcel will not arrive, and it was handled since, as is known");
  return wrong;
}

/** Words as their reader sees them, whatever the lines. */
function flat(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
