import { DAY, iso, plus, type Instant } from "../../src/base/time.ts";
import { isText } from "../world/carrier.ts";
import type { Obstacles, WrongPart } from "../world/obstacles.ts";
import { isPage } from "../world/post.ts";
import { nextWordBy } from "./date-words.ts";
import type { MailKind, ReadMail } from "./mails.ts";
import { asks, obstaclesAsKnown, OBSTACLE_PLAYBOOKS, stretchAt, stretchesOf, WORDS } from "./obstacles.ts";
import { isReachable } from "./reach.ts";
import { CLOCK_TOLERANCE, NEWS_WITHIN } from "./tolerance.ts";
import type { LedgerTruth } from "./truth.ts";

const SAYS_CAN_BE_SENT = /can be sent|kann verschickt werden|peut être expédiée/;
const SAYS_ON_ITS_WAY = /is (?:now )?on its way|ist (?:jetzt )?(?:Ihre Bestellung )?unterwegs|Bestellung ist unterwegs|est (?:maintenant )?en chemin/;
const SAYS_PART: readonly (readonly [WrongPart, RegExp])[] = [
  ["postal code", /cannot make out is the postal code|Nicht zuordnen können wir die Postleitzahl|c’est le code postal/],
  ["street", /cannot make out is the street|Nicht zuordnen können wir Straße|c’est la rue/],
  ["city", /cannot make out is the town|Nicht zuordnen können wir den Ort|c’est la ville/],
];
const SAYS_OTHER_PART = /cannot make out is the (?:state|country)|Nicht zuordnen können wir das|c’est (?:l’État|le pays)/;

export function isOfObstacles(kind: MailKind): boolean {
  return kind.startsWith("address") || kind.startsWith("shelf");
}

/** Says what is wrong with a word about an order that cannot leave (guarantees G2 and G5), by its story and by what of it had surely been heard. */
export function wrongOfObstacles(mail: ReadMail, truth: LedgerTruth): string[] {
  const { order: { obstacles }, order, kind, taken } = mail;
  const playbook = OBSTACLE_PLAYBOOKS.find((each) => WORDS[each].includes(kind));
  if (obstacles === undefined || playbook === undefined) return ["nothing keeps the order from leaving"];
  const by = plus(taken.at, CLOCK_TOLERANCE);
  const [first] = stretchesOf(obstacles, playbook);
  if (first === undefined || first.from > by) return ["nothing had kept the order from leaving"];
  const wrong: string[] = [];
  if (first.from < truth.golive - CLOCK_TOLERANCE) wrong.push("it is of what was wrong before the store went live");
  const known = obstaclesAsKnown(order, plus(taken.at, -NEWS_WITHIN), truth);
  const isHeldNow = stretchAt(obstacles, playbook, taken.at) !== undefined || stretchAt(obstacles, playbook, by) !== undefined;
  const isKnownOver = known !== undefined && stretchesOf(known, playbook).length > 0 && stretchAt(known, playbook, taken.at) === undefined && !isHeldNow;
  const text = mail.text.replaceAll(/\s+/g, " ").replaceAll("*", "");
  if (kind === WORDS[playbook][2]) {
    const heldSince = isHeldNow ? stretchAt(obstacles, playbook, plus(taken.at, -CLOCK_TOLERANCE)) : undefined;
    // A hold whose webhook was lost is in nobody's books.
    const mayBeKnown = obstaclesAsKnown(order, by, truth);
    return [...wrong, ...wrongEnd(mail, text, heldSince !== undefined && mayBeKnown !== undefined && stretchAt(mayBeKnown, playbook, taken.at) !== undefined, known, truth)];
  }
  if (isKnownOver && asks(mail)) wrong.push("it asks about what is settled, as is known");
  if (isText(taken)) return wrong;
  const parts = partsBetween(obstacles, plus(taken.at, -NEWS_WITHIN), by);
  const other = SAYS_PART.find(([part, says]) => says.test(text) && !parts.has(part))?.[0];
  if (other !== undefined) wrong.push(`it says that the ${other} is wrong, and it is not`);
  if (SAYS_OTHER_PART.test(text)) wrong.push("it says that a part of the address is wrong that is not");
  const next = nextWordBy(mail);
  // A word may wait for hours to be sent.
  if (asks(mail) && next === undefined) wrong.push("it does not say by when the next word comes");
  // What a gap held leaves in its words of then, once a person has released it: whoever was called is told of the gap.
  const mayHaveBeenHeld = (): boolean => truth.post.taken.some((page) => isPage(page) && page.at <= taken.at && Buffer.from(page.content).includes("About: gap"));
  if (next !== undefined && ((next < plus(taken.at, -NEWS_WITHIN) && !mayHaveBeenHeld()) || next > plus(taken.at, 2 * DAY + CLOCK_TOLERANCE))) wrong.push(`it promises the next word by ${iso(next)}`);
  return wrong;
}

function partsBetween({ addresses }: Obstacles, from: Instant, until: Instant): ReadonlySet<WrongPart> {
  const some = addresses.filter(({ at }, index) => at <= until && (addresses[index + 1]?.at ?? Infinity) > from);
  return new Set(some.flatMap(({ wrong }) => wrong ?? []));
}

function wrongEnd({ order, taken }: ReadMail, text: string, isHeld: boolean, known: Obstacles | undefined, { mails, world }: LedgerTruth): string[] {
  const wrong: string[] = [];
  const { leavesAt, cancelled, hold } = order.obstacles ?? {};
  if (isHeld) wrong.push("it says that the order can leave, and it cannot");
  if (!isText(taken) && SAYS_ON_ITS_WAY.test(text) && (leavesAt ?? Infinity) > plus(taken.at, CLOCK_TOLERANCE)) wrong.push("it says that the parcel is on its way, and it has not left");
  if (SAYS_CAN_BE_SENT.test(text)) {
    if (known?.cancelled !== undefined) wrong.push("it says that an order can be sent that is cancelled, as is known");
    if (known?.hold !== undefined && (hold?.until ?? Infinity) > taken.at && (cancelled?.at ?? Infinity) > taken.at) wrong.push(`it says that an order can be sent that is held (${known.hold.reason}), as is known`);
  }
  // What was given up may have been taken, as far as anybody knows; and who could not be asked hears how it stands once a way is open.
  const isAsked = !isReachable(order, world) || mails.some((other) => other.order === order && isOfObstacles(other.kind) && other.taken.at <= taken.at);
  if (!isAsked) wrong.push("it says that something is settled of which nobody was asked");
  return wrong;
}
