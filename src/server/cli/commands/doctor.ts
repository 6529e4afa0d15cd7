import { connect as connectTcp } from "node:net";
import { iso, SECOND } from "../../../base/time.ts";
import { reconcile } from "../../../incidents/index.ts";
import { inboxBacklog, readUpTo } from "../../../intake/index.ts";
import { checkSender, type Dns, type SenderFinding } from "../../../outreach/index.ts";
import type { Opened } from "../../runtime/open.ts";
import type { StoreRuntime } from "../../runtime/store-runtime.ts";
import { golivesOf, serverSettings } from "../../stores/store.ts";
import { COMMON_OPTIONS, type Command } from "../command.ts";
import { withOpened } from "../with-opened.ts";

/** One thing looked at, as for a sender. */
type Finding = SenderFinding;

const MARKS: Readonly<Record<Finding["kind"], string>> = { well: "ok      ", remark: "remark  ", problem: "PROBLEM ", unknown: "UNKNOWN " };

/** A mail server that does not answer within this time would not take mail either. */
const ANSWER_WITHIN = 5 * SECOND;

export const command: Command = {
  summary: "Look over an installation: database, sources, mail servers, what DNS says of its mails, playbooks, the ledger. Exit status 1 when something needs a person or could not be looked at.",
  usage: "doctor --config makegood.yaml",
  options: COMMON_OPTIONS,
  run: (args, terminal) =>
    withOpened(args, terminal, async (opened) => {
      const findings = [...(await database(opened)), ...(await Promise.all(opened.stores.map((store) => lookOver(opened, store, terminal.dns)))).flat()];
      for (const { kind, what, publish } of findings) {
        terminal.out(MARKS[kind] + what);
        if (publish !== undefined) terminal.out(`        publish: ${publish}`);
      }
      const count = (kind: Finding["kind"]): number => findings.filter((finding) => finding.kind === kind).length;
      terminal.out(`\n${verdict(count("problem"), count("unknown"))}`);
      return count("problem") + count("unknown") === 0 ? 0 : 1;
    }),
};

function verdict(problems: number, unknown: number): string {
  const needed = problems === 0 ? "Nothing that could be looked at needs you." : `${problems} ${problems === 1 ? "thing needs" : "things need"} you.`;
  if (unknown > 0) return `${needed} ${unknown} could not be looked at: see UNKNOWN.`;
  return problems === 0 ? "Nothing needs you." : needed;
}

async function database(opened: Opened): Promise<Finding[]> {
  const { version, fsync, commit } = await serverSettings(opened.database);
  const durable = fsync === "on" && commit !== "off";
  return [
    { kind: "well", what: `PostgreSQL ${version} answers and is up to date` },
    durable
      ? { kind: "well", what: "what it acknowledges survives a crash (fsync, synchronous_commit)" }
      : { kind: "problem", what: `fsync is ${fsync} and synchronous_commit is ${commit}: a crash would lose acknowledged webhooks. Switch both on.` },
  ];
}

async function lookOver(opened: Opened, store: StoreRuntime, dns: Dns): Promise<Finding[]> {
  const findings = [...(await sources(opened, store)), ...(await providers(store)), ...(await sender(store, dns)), ...(await speaking(opened, store)), ...(await ledger(opened, store))];
  return findings.map((finding) => ({ ...finding, what: `${store.id}: ${finding.what}` }));
}

/** What receivers learn from DNS about the store's mails. */
async function sender({ sample, config: { mail } }: StoreRuntime, dns: Dns): Promise<readonly Finding[]> {
  // Its mails reach nobody, and its domain is nobody's.
  if (sample) return [];
  // The return path that `MAIL FROM` gives is the sender's own address.
  const signers = mail.providers.map(({ name, dkim }) => ({ name, ...(dkim && { dkim }) }));
  return checkSender(dns, { from: mail.from, envelope: mail.from, replyTo: mail.replyTo, providers: signers });
}

async function sources(opened: Opened, store: StoreRuntime): Promise<Finding[]> {
  if (store.sources.size === 0) return [{ kind: "problem", what: "no source is configured: nothing can be noticed. Add one under stores.<id>.sources." }];
  const now = opened.ports.clock.now();
  const read = await readUpTo(opened.database, store.id, opened.adapters.sources, now);
  const backlog = await inboxBacklog(opened.database, store.id);
  const quarantined = backlog.get("quarantined") ?? 0;
  return [
    ...[...store.sources.values()].flatMap((source): Finding[] => {
      const until = read.get(source.name);
      const behind = until === undefined || until < now - source.silentAfter;
      const pull: Finding[] = source.adapter.pull ? [] : [{ kind: "remark", what: `${source.name} has no API access: a webhook that its sender loses stays lost. Add \`api\` to it.` }];
      return [behind ? { kind: "problem", what: `${source.name} has been read only up to ${until === undefined ? "nothing" : iso(until)}: check its webhooks.` } : { kind: "well", what: `${source.name} is heard` }, ...pull];
    }),
    ...(quarantined > 0 ? [{ kind: "remark", what: `${quarantined} deliveries are in quarantine: see \`makegood requeue --list\`.` } as const] : []),
  ];
}

async function providers(store: StoreRuntime): Promise<Finding[]> {
  const { providers: configured, replyTo } = store.config.mail;
  const reached = await Promise.all(configured.map(async (each): Promise<Finding> => {
    const why = await unreachable(each.host, each.port);
    return why === undefined ? { kind: "well", what: `mail server ${each.name} answers` } : { kind: "problem", what: `mail server ${each.name} (${each.host}:${each.port}) does not answer: ${why}.` };
  }));
  return [
    ...reached,
    ...(configured.length < 2 ? [{ kind: "remark", what: "there is one mail provider only: when it is down, notices wait. Add a second." } as const] : []),
    { kind: "remark", what: `every notice says that a reply to ${replyTo} is read: make sure that somebody does, and that bounces are posted to /evidence/${store.id}/mail.` },
  ];
}

function unreachable(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connectTcp({ host, port, timeout: ANSWER_WITHIN });
    const done = (why?: string) => {
      socket.destroy();
      resolve(why);
    };
    socket.once("connect", () => done());
    socket.once("timeout", () => done("it took too long"));
    socket.once("error", (error) => done(error.message));
  });
}

async function speaking(opened: Opened, store: StoreRuntime): Promise<Finding[]> {
  if (store.sample) return [{ kind: "remark", what: "this is the sample store: it speaks, to nobody" }];
  const live = await golivesOf(opened.database, store.id);
  return store.playbooks.map(({ slug }) => {
    const since = live.get(slug);
    return since === undefined ? { kind: "remark", what: `${slug} is in shadow mode: it says nothing. \`makegood golive ${slug}\` lets it speak.` } : { kind: "well", what: `${slug} speaks since ${iso(since)}` };
  });
}

async function ledger(opened: Opened, store: StoreRuntime): Promise<Finding[]> {
  const line = await reconcile(opened.database, store.id, opened.ports.clock.now());
  return [
    line.balanced ? { kind: "well", what: `the ledger balances: ${line.affected} affected, ${line.due} due` } : { kind: "problem", what: "the ledger does not balance: see `makegood reconcile`." },
    ...(line.overdue > 0 ? [{ kind: "problem", what: `${line.overdue} customers are overdue: see \`makegood reconcile --list overdue\`.` } as const] : []),
  ];
}
