import { uuidOf } from "../../src/base/ids.ts";
import { DAY, HOUR, MINUTE, plus, SECOND, type Instant, type Milliseconds } from "../../src/base/time.ts";
import type { SendOutcome } from "../../src/outreach/index.ts";
import type { Dice } from "../engine/random.ts";
import { messageSid, signedForm, type SignedForm } from "./carrier-format.ts";
import type { Fault } from "./faults.ts";
import { phoneKind, type PhoneKind } from "./phones.ts";
import { referenceIn, sentSince, type TakenMail, type Trouble, type UntakenMail } from "./post.ts";
import type { World } from "./world.ts";

/** A text as the channel hands it to a carrier. */
export interface Text {
  readonly to: string;
  readonly text: string;
  readonly rfcId: string;
}

/** A text that a carrier took. Its reports are told of like those of a mail. */
export interface TakenText extends TakenMail {
  readonly channel: "sms";
  /** The carrier's own name of this copy: whoever asks it twice to send the same has two. */
  readonly sid: string;
  /** Whether what is reported of it ends texts to the number. */
  readonly isDead: boolean;
}

/** Brings a report to where the product takes it; `answered` is called when it was kept. */
export type BringForm = (form: SignedForm, answered: (kept: boolean) => void) => void;

type Ending = "delivered" | "undelivered" | "delivered after undelivered";

/** What the vendor says of texts to these phones (https://www.twilio.com/docs/api/errors); of good ones one in some is lost without a reason. */
const CODES: Readonly<Record<PhoneKind, string>> = { good: "30008", refused: "21614", landline: "30006", off: "30003" };
const UNDELIVERED = 0.1;
const STILL_DELIVERED = 0.2;
/** The vendor tells a status three times at most. */
const TELLS = 3;

/** Two carriers of texts, the phones behind them, and everything that goes wrong between. */
export class TextCarriers {
  readonly taken: TakenText[] = [];
  readonly refused: UntakenMail[] = [];
  readonly vanished: UntakenMail[] = [];
  /** Refused for now: its sender is to try again. */
  readonly putOff: UntakenMail[] = [];
  /** Numbers whose own word the carriers keep, whatever the product knows. */
  readonly blocked = new Set<string>();
  readonly #world: World;
  readonly #troubles: readonly Trouble[];
  readonly #dice: Dice;
  readonly #onTaken: (text: TakenText) => void;
  readonly #bring: BringForm;

  constructor(world: World, troubles: readonly Trouble[], onTaken: (text: TakenText) => void, bring: BringForm) {
    this.#world = world;
    this.#troubles = troubles;
    this.#dice = world.dice.fork("carrier");
    this.#onTaken = onTaken;
    this.#bring = bring;
  }

  /** A restored backup knows nothing of the reports that were acknowledged after it was taken. */
  forgetReports(since: Instant): void {
    for (const text of this.taken) {
      if ((text.bounceHeardAt ?? -Infinity) >= since) delete text.bounceHeardAt;
      if ((text.arrivalBroughtAt ?? -Infinity) >= since) delete text.arrivalBroughtAt;
    }
  }

  transport(name: string) {
    return {
      send: async (batch: readonly Text[]): Promise<readonly SendOutcome[]> => {
        const outcomes: SendOutcome[] = [];
        for (const text of batch) {
          await this.#world.schedule.point("text");
          outcomes.push(await this.#carry(name, text));
        }
        return outcomes;
      },
      close: () => Promise.resolve(),
    };
  }

  async #carry(name: string, text: Text): Promise<SendOutcome> {
    const { schedule, calmFrom } = this.#world;
    const trouble = this.#troubles.find((each) => each.provider === name && each.from <= schedule.now && schedule.now < each.until);
    if (trouble?.kind === "down") return this.#said("carrier cannot be reached", { kind: "notSent", because: "cannot-connect", detail: "nobody is there" });
    if (trouble?.kind === "throttled") return this.#said("carrier throttles", { kind: "refused", permanent: false, scope: "provider", code: 20429, response: "429 20429 too many requests" });
    if (phoneKind(text.to) === "refused") return this.#refuse(text, "carrier refuses the number", { permanent: true, scope: "address", suppress: "bounce", code: 21614, response: "400 21614 not a mobile number" });
    if (this.blocked.has(text.to)) return this.#refuse(text, undefined, { permanent: true, scope: "address", suppress: "stop", code: 21610, response: "400 21610 unsubscribed recipient" });
    const roll = schedule.now >= calmFrom ? 1 : this.#dice.unit();
    if (roll < 0.08) {
      this.putOff.push(untaken(text, schedule.now));
      return this.#said("carrier refuses for now", { kind: "refused", permanent: false, scope: "message", code: 408, response: "408 not now" });
    }
    if (roll < 0.14) {
      this.vanished.push(untaken(text, schedule.now));
      return this.#said("carrier never answers and has nothing", NO_ANSWER);
    }
    const taken = this.#take(name, text);
    // The carrier has it; the sender may die before it hears.
    await schedule.point("text taken");
    if (roll < 0.22) return this.#said("carrier takes and never answers", NO_ANSWER);
    taken.answered = true;
    return { kind: "accepted", response: `201 queued ${taken.sid}`, copyId: taken.sid };
  }

  #refuse(text: Text, fault: Fault | undefined, said: Omit<Extract<SendOutcome, { kind: "refused" }>, "kind">): SendOutcome {
    this.refused.push(untaken(text, this.#world.schedule.now));
    if (fault !== undefined) this.#world.hit(fault);
    return { kind: "refused", ...said };
  }

  #said(fault: Fault, outcome: SendOutcome): SendOutcome {
    this.#world.hit(fault);
    return outcome;
  }

  #take(provider: string, { to, text, rfcId }: Text): TakenText {
    const { schedule } = this.#world;
    const kind = phoneKind(to);
    const copies = this.taken.filter(({ messageId }) => messageId === rfcId).length;
    const sid = messageSid(copies === 0 ? rfcId : `${rfcId} ${copies}`);
    const taken: TakenText = { channel: "sms", sid, at: schedule.now, step: schedule.steps, provider, isFinal: false, to, messageId: rfcId, content: Buffer.from(text), task: schedule.here(), answered: false, isDead: kind === "landline" };
    this.taken.push(taken);
    this.#planReports(taken, this.#endingOf(kind));
    this.#onTaken(taken);
    return taken;
  }

  #endingOf(kind: PhoneKind): Ending {
    const isCalm = this.#world.schedule.now >= this.#world.calmFrom;
    if (kind === "good" && (isCalm || !this.#dice.chance(UNDELIVERED))) return "delivered";
    this.#world.hit("carrier takes, says undelivered later");
    if (isCalm || !this.#dice.chance(STILL_DELIVERED)) return "undelivered";
    return "delivered after undelivered";
  }

  #planReports(taken: TakenText, ending: Ending): void {
    const dice = this.#dice;
    const sent = dice.between(SECOND, 20 * SECOND);
    const isLate = this.#mayFail(0.12, "text status late");
    const ended = isLate ? dice.between(HOUR, 9 * HOUR) : sent + dice.between(SECOND, 10 * MINUTE);
    this.#plan(taken, "queued", dice.between(1, SECOND));
    // Networks keep no order: that it was sent may be told last.
    this.#plan(taken, "sent", this.#mayFail(0.15, "text status out of order") ? ended + dice.between(SECOND, HOUR) : sent);
    this.#plan(taken, ending === "delivered" ? "delivered" : "undelivered", ended);
    if (ending !== "delivered after undelivered") return;
    this.#world.hit("text delivered after undelivered");
    this.#plan(taken, "delivered", ended + dice.between(SECOND, 2 * HOUR));
  }

  #mayFail(probability: number, fault: Fault): boolean {
    const fails = this.#world.schedule.now < this.#world.calmFrom && this.#dice.chance(probability);
    if (fails) this.#world.hit(fault);
    return fails;
  }

  #plan(taken: TakenText, status: string, after: Milliseconds): void {
    const { agenda } = this.#world;
    if (this.#mayFail(0.06, "text status lost")) return;
    const at = plus(taken.at, after);
    agenda.at(at, () => this.#tell(taken, status, TELLS));
    if (this.#mayFail(0.1, "text status doubled")) agenda.at(plus(at, this.#dice.between(0, DAY)), () => this.#tell(taken, status, 1));
  }

  #tell(taken: TakenText, status: string, tells: number): void {
    const { agenda, schedule } = this.#world;
    const isFailure = status === "undelivered";
    if (status === "delivered") taken.arrivalBroughtAt ??= schedule.now;
    const failed = isFailure ? (taken.isDead ? sentSince(taken, this.taken) : [taken]) : [];
    for (const text of failed) text.bounceBroughtAt ??= schedule.now;
    const form = signedForm(uuidOf("status", taken.messageId, status), {
      id: taken.messageId,
      fields: { MessageSid: taken.sid, MessageStatus: status, To: taken.to, From: "+15005550006", ...(isFailure && { ErrorCode: CODES[phoneKind(taken.to)] }) },
    });
    let kept = false;
    this.#bring(form, (answer) => {
      kept = answer;
      if (kept) for (const text of failed) text.bounceHeardAt ??= schedule.now;
    });
    agenda.at(plus(schedule.now, 2 * MINUTE), () => {
      if (!kept && tells > 1) this.#tell(taken, status, tells - 1);
    });
  }
}

function untaken({ to, text }: Text, at: Instant): UntakenMail {
  return { at, to, reference: referenceIn(Buffer.from(text)) };
}

const NO_ANSWER: SendOutcome = { kind: "unknown", because: "timeout", detail: "no answer" };

/** Spells in which carriers do worse than their usual. */
export function carrierTroubles(dice: Dice, start: Instant, calmFrom: Instant): readonly Trouble[] {
  const sometime = (): Instant => plus(start, dice.between(2 * HOUR, Math.max(3 * HOUR, calmFrom - start - DAY)));
  const [both, alone, throttled] = [sometime(), sometime(), sometime()];
  const long = dice.between(HOUR, 5 * HOUR);
  return [
    { provider: "sms/one", kind: "down", from: both, until: plus(both, long) },
    { provider: "sms/two", kind: "down", from: both, until: plus(both, long) },
    { provider: "sms/one", kind: "down", from: alone, until: plus(alone, DAY) },
    { provider: "sms/one", kind: "throttled", from: throttled, until: plus(throttled, 2 * DAY) },
    { provider: "sms/two", kind: "throttled", from: throttled, until: plus(throttled, 2 * HOUR) },
  ];
}

/** Whether a message left as a text. */
export function isText(taken: TakenMail): taken is TakenText {
  return "channel" in taken;
}
