import PostalMime from "postal-mime";
import fastify, { type FastifyInstance } from "fastify";
import { UNREACHABLE } from "../../sample/cast.ts";
import { scenesOfFate, type Fate } from "../../sample/story.ts";
import type { Scene } from "../../sample/model.ts";
import { DAY, HOUR, MINUTE, plus } from "../../src/base/time.ts";
import { portalReads, portalRoutes } from "../../src/portal/index.ts";
import type { SinkMail } from "../../src/server/mail-sink/index.ts";
import { sampleRoutes } from "../../src/server/sample/routes.ts";
import { SAMPLE_SECRETS } from "../../src/server/sample/secrets.ts";
import { MONDAY, startSpine } from "../spine/harness.ts";

/** The sample's page over the whole product, whose time stands still while a test looks. */
export interface SampleServer {
  readonly spine: Awaited<ReturnType<typeof startSpine>>;
  readonly http: FastifyInstance;
  readonly scenes: Scene[];
  /** What a second sink holds. */
  readonly staffMails: SinkMail[];
  /** Lets one order of the sample store meet its fate until `until` after it was placed; everything due is done. */
  play(index: number, fate: Fate, until: number): Promise<void>;
  stop(): Promise<void>;
}

/** The number of an order whose customer's mailbox is gone. */
const BOUNCING = 8;

const PAGING_MAIL = [
  "From: Hearth & Larder <care@hearth.example>",
  "To: Mira Stone <mira@hearth.example>",
  "Subject: Page: 1 customer has not been told",
  "Date: Mon, 5 Oct 2026 08:30:00 +0000",
  "",
  "Acknowledge it: http://localhost/page/token",
].join("\r\n");

/** A call to the store's own staff, in the second sink. */
const PAGING: SinkMail = {
  number: 1,
  envelope: { from: "care@hearth.example", to: ["mira@hearth.example"] },
  raw: Buffer.from(PAGING_MAIL),
  parsed: () => PostalMime.parse(PAGING_MAIL),
};

/** Time passes in steps of this length, so that every duty sees the moments in between. */
const TICK = 2 * HOUR;

export async function sampleServer(): Promise<SampleServer> {
  const spine = await startSpine({ policy: ({ to }) => (to.toLowerCase() === UNREACHABLE.email ? { kind: "bounce", status: "5.1.1", says: "The mailbox does not exist" } : { kind: "accept" }) });
  const http = fastify();
  const scenes: Scene[] = [];
  const staffMails: SinkMail[] = [];
  const { ports, config, database } = spine.opened;
  await portalRoutes(http, {
    ...ports,
    stores: new Map([[spine.store, { id: spine.store, name: "Hearth & Larder", locale: "en", zone: "Europe/Berlin", colour: "#7a3b1d", support: {} }]]),
    reads: portalReads({ ...ports, db: database }, { secret: config.secret, voices: new Map([[spine.store, spine.runtime]]), liveBook: async () => ({ speaksSince: () => MONDAY }) }),
    onPulse: () => () => {},
  });
  await sampleRoutes(http, { opened: spine.opened, store: spine.store, sinks: [spine.sink, { messages: () => staffMails }], scenes: () => scenes });

  const deliver = async (scene: Scene) => {
    await spine.deliver(scene.deliver(spine.now()));
    await spine.work();
  };
  const passUntil = async (moment: number) => {
    while (spine.now() < moment) {
      spine.pass(Math.min(TICK, moment - spine.now()));
      // Other orders keep the sources' word fresh: a silent source would freeze its promises.
      for (const scene of scenesOfFate(1_000 + Math.floor((spine.now() - MONDAY) / TICK), plus(spine.now(), -2 * MINUTE), { kind: "well" }, SAMPLE_SECRETS.secrets)) await spine.deliver(scene.deliver(spine.now()));
      await spine.work();
    }
  };

  return {
    spine,
    http,
    scenes,
    staffMails,
    play: async (index, fate, until) => {
      const placedAt = spine.now();
      const ahead = [...scenesOfFate(index, placedAt, fate, SAMPLE_SECRETS.secrets)].sort((a, b) => a.at - b.at).filter((scene) => scene.at <= placedAt + until);
      for (const scene of ahead) {
        await passUntil(scene.at);
        await deliver(scene);
        scenes.push(scene);
      }
      await passUntil(placedAt + until);
    },
    stop: async () => {
      await http.close();
      await spine.stop();
    },
  };
}

/** A cancellation, a mail that comes back, a refund that sits and a call to staff: one of each that the page has to show. */
export async function playAll(sample: SampleServer): Promise<void> {
  await sample.play(1, { kind: "cancelled", reason: "inventory", refundAfter: 3 * DAY }, 2 * HOUR);
  await sample.play(BOUNCING, { kind: "cancelled", reason: "staff", refundAfter: 3 * DAY }, 2 * HOUR);
  await sample.play(3, { kind: "refund_sits", paidAfter: 4 * DAY }, 2 * DAY + 4 * HOUR);
  sample.staffMails.push(PAGING);
}
