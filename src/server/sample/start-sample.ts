import { invariant } from "../../base/errors.ts";
import type { StoreId } from "../../base/ids.ts";
import type { Log, Ports } from "../../base/ports.ts";
import { HOUR, plus, type Instant } from "../../base/time.ts";
import { compressedClock, SAMPLE_PACE, type CompressedClock } from "../../../sample/clock.ts";
import { sampleConfig } from "../../../sample/config.ts";
import { UNREACHABLE } from "../../../sample/cast.ts";
import { createPlay } from "../../../sample/play.ts";
import type { Scene } from "../../../sample/model.ts";
import { acceptEvidence, MAIL_SOURCE } from "../../outreach/index.ts";
import { systemClock } from "../clock.ts";
import { startDuty, type Duty } from "../duties.ts";
import { startWeb } from "../http/server.ts";
import { startMailSink, type MailSink, type SinkPolicy } from "../mail-sink/index.ts";
import { open, parseConfig } from "../runtime/open.ts";
import { startWorker } from "../runtime/worker.ts";
import { storeTimes } from "../stores/store.ts";
import { freePort } from "./free-port.ts";
import { sampleRoutes } from "./routes.ts";
import { SAMPLE_SECRETS } from "./secrets.ts";
import { sampleStore, sampleTime } from "./store-clock.ts";

/** The sample store listens here, on loopback only: its page shows everything to whoever can open it. */
const HOST = "127.0.0.1";
/** Mails and scenes that the page can show. */
const KEPT_MAILS = 100;
const KEPT_SCENES = 60;

export interface SampleWish {
  readonly databaseUrl: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  readonly say: (line: string) => void;
}

export interface Running {
  readonly greeting: readonly string[];
  readonly ended: Promise<unknown>;
  stop(): Promise<void>;
}

/** Mail to the one customer whose mailbox is gone comes back, as it would. */
const bounces: SinkPolicy = ({ to }) => (to.toLowerCase() === UNREACHABLE.email ? { kind: "bounce", status: "5.1.1", says: "The mailbox does not exist" } : { kind: "accept" });

/** Starts the sample store: two mail sinks, the web server, a worker, and the player of what goes wrong, all on compressed time. */
export async function startSample(wish: SampleWish): Promise<Running> {
  const { log, say } = wish;
  const store = sampleStore();
  const resumeAt = await sampleTime(wish.databaseUrl);
  const sinks: readonly [MailSink, MailSink] = [await startSink(), await startSink()];
  const clock = compressedClock(resumeAt, systemClock);
  const begin = clock.hold();
  const port = await freePort(wish.env["PORT"], HOST);
  const text = sampleConfig({ ...SAMPLE_SECRETS, publicUrl: `http://localhost:${port}`, port, mailPorts: [sinks[0].port, sinks[1].port] });
  const opened = await open({ config: parseConfig(text, "the sample store", {}), databaseUrl: wish.databaseUrl, clock, log, sample: true });
  say(`The sample store's day takes two minutes; its mail goes to a mail server on this machine and nowhere else`);
  const times = await storeTimes(opened.database, store);
  invariant(times, "the sample store to be registered");
  const scenes: Scene[] = [];
  const web = await startWeb(opened, { port, host: HOST, extend: (http) => sampleRoutes(http, { opened, store, sinks, scenes: () => scenes }) });
  const worker = await startWorker(opened, { pace: SAMPLE_PACE, around: aroundDuties(clock, resumeAt) });
  const stopReturns = returnBounces(sinks, opened.ports, store, log);
  const play = createPlay(
    {
      clock,
      origin: times.createdAt,
      secrets: SAMPLE_SECRETS.secrets,
      deliver: async ({ source, headers, body }) => (await fetch(`http://${HOST}:${web.port}/hooks/${store}/${source}`, { method: "POST", headers, body })).ok,
      played: (scene) => void (scenes.push(scene), scenes.splice(0, Math.max(0, scenes.length - KEPT_SCENES))),
    },
    resumeAt,
  );
  const playing = startDuty({ name: "play", every: 1, run: still(clock, async () => ({ worked: 0, nextAt: await play.step() })) }, clock, log);
  begin();
  return {
    greeting: ["", `  Open  http://localhost:${web.port}/`, "", "  Things go wrong there, and every customer hears of it. Ctrl-C stops; the next start carries on.", ""],
    ended: worker.fenced,
    stop: async () => {
      await playing.stop();
      stopReturns();
      await web.stop();
      await worker.stop();
      await opened.close();
      clock.stop();
      await Promise.all(sinks.map((sink) => sink.close()));
    },
  };
}

/** What a lease or a delivery takes is the machine's time, not the store's. */
function still<T>(clock: CompressedClock, run: () => Promise<T>): () => Promise<T> {
  return async () => {
    const goOn = clock.hold();
    return run().finally(goOn);
  };
}

/** The orders of the days before arrive at once at the start: that they are old is no reason to call anybody. */
function aroundDuties(clock: CompressedClock, startedAt: Instant) {
  const quietUntil = plus(startedAt, HOUR);
  return (duty: string, run: Duty["run"]): Duty["run"] => {
    if (duty === "sources") return async () => (clock.now() < quietUntil ? { worked: 0, nextAt: quietUntil } : run());
    return duty === "send" ? still(clock, run) : run;
  };
}

function startSink(): Promise<MailSink> {
  return startMailSink({ port: 0, host: HOST, limit: KEPT_MAILS, policy: bounces });
}

/** Brings mails that come back to where a real store's would arrive. */
function returnBounces(sinks: readonly MailSink[], ports: Ports, store: StoreId, log: Log): () => void {
  const stops = sinks.map((sink) =>
    sink.onMessage((mail) => {
      if (mail.envelope.from !== "") return;
      acceptEvidence(ports, store, MAIL_SOURCE, mail.raw).catch((error: unknown) => log.error({ err: error }, "a returned mail could not be kept"));
    }),
  );
  return () => stops.forEach((stop) => stop());
}
