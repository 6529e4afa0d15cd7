import { prepared, type Db } from "../../src/base/db.ts";
import type { StoreId } from "../../src/base/ids.ts";
import { HOUR, MINUTE, plus, type Instant } from "../../src/base/time.ts";
import { endGapPage, giveUp, haltAll, markSent, releaseHeld, resume } from "../../src/outreach/index.ts";
import { acknowledgePage } from "../../src/people/index.ts";
import { golive } from "../../src/server/stores/golive.ts";
import type { TextCarriers } from "../world/carrier.ts";
import { isToStaff, type PostOffice, type TakenMail } from "../world/post.ts";
import type { World } from "../world/world.ts";
import type { Product, Running } from "./product.ts";

const WHO = "Mira Stone";

interface OpenMessage {
  readonly id: string;
  readonly orderId: string;
  readonly channel: string;
  readonly state: "held" | "unknown";
  readonly stateAt: Instant;
  readonly resends: number;
  readonly kind: string;
  readonly causeAt: Instant;
  readonly playbook: string;
}

/** The messages that may wait for a person, as the store's screens list them. */
function openMessages(db: Db, store: StoreId): Promise<OpenMessage[]> {
  const open = `select m.message_id as id, m.order_id as "orderId", m.channel, m.state, m.state_at as "stateAt", m.resends, n.kind, n.cause_at as "causeAt", i.playbook
    from messages m join notices n on n.store_id = m.store_id and n.notice_id = m.notice_id
    join incidents i on i.store_id = n.store_id and i.incident_id = n.incident_id
    where m.store_id = $1 and m.state in ('held', 'unknown') order by m.message_id`;
  return db.rows(prepared("sim.openMessages", open), [store]);
}

/** What the logs of the providers of mail and of texts show. */
interface Carried {
  readonly post: PostOffice;
  readonly carriers: TextCarriers;
}

/** The people who run the store: they answer pages, decide what waits for them, stop and resume. */
export class Operators {
  readonly #world: World;
  readonly #product: Product;
  readonly #running: Running;
  readonly #carried: Carried;
  readonly #wasTold: (message: OpenMessage) => Promise<boolean>;
  readonly #onReleased: () => void;
  #isReleasing = false;

  constructor(world: World, product: Product, carried: Carried, wasTold: (message: OpenMessage) => Promise<boolean>, onReleased: () => void) {
    this.#wasTold = wasTold;
    this.#onReleased = onReleased;
    this.#world = world;
    this.#product = product;
    this.#carried = carried;
    this.#running = product.start("operator");
  }

  #do(name: string, body: () => Promise<void>): void {
    this.#world.schedule.spawn(this.#running.machine, name, body);
  }

  golive(): void {
    const { runtime, store } = this.#product;
    this.#do("golive", async () => {
      for (const playbook of runtime.playbooks) await golive(this.#running.ports, store, playbook.slug, WHO);
    });
  }

  /** Stops all sending; `inForce` hears in which step the stop was committed. */
  halt(inForce: (step: number) => void): void {
    this.#do("halt", async () => {
      await haltAll(this.#running.ports, this.#product.store, WHO, "a drill");
      inForce(this.#world.schedule.here().lastStatement);
    });
  }

  resume(lifted: () => void): void {
    this.#do("resume", async () => {
      lifted();
      await resume(this.#running.ports, this.#product.store, WHO);
    });
  }

  /** Reads a page mail; acknowledges it after a while, and decides what a gap holds. */
  readPage(mail: TakenMail, canDecide: () => boolean): void {
    const { agenda, dice, schedule } = this.#world;
    const text = Buffer.from(mail.content).toString("utf8").replaceAll("=\r\n", "");
    const token = /\/page\/([\w-]+)/.exec(text)?.[1];
    if (token === undefined) return this.#world.violate("Paging", "a page mail has no link to acknowledge it");
    if (!dice.chance(0.1)) agenda.at(plus(mail.at, dice.between(MINUTE, HOUR)), () => this.#do("acknowledge", async () => void (await acknowledgePage(this.#running.ports, token))));
    if (!text.includes("About: gap") || this.#isReleasing) return;
    this.#isReleasing = true;
    const decide = (): void => {
      if (canDecide()) this.#release();
      else agenda.at(plus(schedule.now, HOUR), decide);
    };
    agenda.at(plus(schedule.now, dice.between(HOUR, 4 * HOUR)), decide);
  }

  /** After a gap: what the provider's log shows, with these words or others, is marked as sent, the rest leaves. */
  #release(): void {
    const { store, runtime } = this.#product;
    const { ports } = this.#running;
    const outreach = { ...runtime.outreach, ...ports, epoch: Number.MAX_SAFE_INTEGER };
    this.#do("release", async () => {
      const open = await openMessages(ports.db, store);
      const sent: string[] = [];
      for (const message of open) if (this.#wasSent(message.id) || (await this.#wasTold(message))) sent.push(message.id);
      await markSent(outreach, store, WHO, sent);
      while ((await releaseHeld(outreach, store, WHO)) > 0);
      await ports.db.transaction((tx) => endGapPage(tx, store, ports.clock.now()));
      this.#isReleasing = false;
      this.#onReleased();
    });
  }

  #wasSent(messageId: string): boolean {
    const { post, carriers } = this.#carried;
    return [...post.taken, ...carriers.taken].some((taken) => !isToStaff(taken) && taken.messageId.startsWith(messageId));
  }

  /** Decides about mail that is in doubt for the second time, by the provider's log. */
  decideDoubtful(): void {
    const { store, runtime } = this.#product;
    const { ports } = this.#running;
    const outreach = { ...runtime.outreach, ...ports, epoch: Number.MAX_SAFE_INTEGER };
    this.#do("decide", async () => {
      const stuckBefore = plus(this.#world.schedule.now, -2 * HOUR);
      for (const message of await openMessages(ports.db, store)) {
        if (message.state !== "unknown" || message.resends !== 1 || message.stateAt >= stuckBefore) continue;
        const wasSent = this.#wasSent(message.id);
        if (!wasSent) this.#world.givenUp.add(message.orderId);
        await (wasSent ? markSent : giveUp)(outreach, store, WHO, [message.id]);
      }
    });
  }
}
