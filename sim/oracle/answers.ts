import { HOUR, iso } from "../../src/base/time.ts";
import { isToStaff } from "../world/post.ts";
import { isLost } from "./known.ts";
import type { LedgerTruth } from "./truth.ts";

const STORE = "Hearth &amp; Larder";
const A_PERSON = "help@hearth.example";
/** What people must read is in their mailbox this long after. */
const HANDED_ON_WITHIN = 6 * HOUR;

/** G4 and G6 at the end: who answered a text was answered as the law wants it, once, and what people must read they were given. */
export function judgeTextAnswers({ world, backup, told, post }: LedgerTruth): void {
  for (const { wish, answer, acknowledgedAt } of told) {
    const { says, number } = wish;
    if (says.kind !== "reply" || answer === undefined || acknowledgedAt === undefined) continue;
    const name = `"${says.words}" from ${number} at ${iso(wish.at)}`;
    const words = /<Message>(.*)<\/Message>/.exec(answer)?.[1];
    if ((says.isHonoured || says.means === "other") && words !== undefined) world.violate("G4", `${name} was answered with "${words}", and had been answered or was a person's to answer`);
    if (words !== undefined && !words.includes(STORE)) world.violate("G4", `${name} was answered without the store's name: "${words}"`);
    if (words !== undefined && says.means !== "start" && !words.includes(A_PERSON)) world.violate("G4", `${name} was answered without a way to a person: "${words}"`);
    if (says.means !== "other" || isLost(acknowledgedAt, backup) || acknowledgedAt > world.schedule.now - HANDED_ON_WITHIN) continue;
    const token = says.words.split(" ").at(-1) ?? "";
    if (!post.taken.some((mail) => isToStaff(mail) && Buffer.from(mail.content).toString("latin1").includes(token))) world.violate("G6", `${name} was acknowledged, and nobody was given it to read`);
  }
}
