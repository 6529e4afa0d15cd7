import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Dns } from "../../src/outreach/index.ts";
import type { Arguments, Command, Terminal } from "../../src/server/cli/command.ts";
import { command as doctorCommand } from "../../src/server/cli/commands/doctor.ts";
import { testDatabase } from "../../src/server/database/testing.ts";
import { startMailSink } from "../../src/server/mail-sink/index.ts";
import { noDns } from "./harness.ts";

const open: (() => Promise<unknown>)[] = [];
after(async () => void (await Promise.all(open.map((close) => close()))));

/** A shop of one's own as it is before anything has come in, with a mail server that answers. */
async function shop(change: (config: string) => string = (config) => config) {
  const { url, db, drop } = await testDatabase();
  const sink = await startMailSink({ port: 0, host: "127.0.0.1", limit: 10 });
  const folder = await mkdtemp(join(tmpdir(), "makegood-doctor-"));
  open.push(drop, () => sink.close(), () => rm(folder, { recursive: true }));
  const config = join(folder, "makegood.yaml");
  await writeFile(config, change(`
publicUrl: https://care.shop.example
secret: a-secret-of-thirty-two-characters-or-more
people: [{ name: Ada Keeper, email: ada@shop.example }]
stores:
  main:
    name: Shop
    country: DE
    support: { email: help@shop.example }
    sources:
      payments: { type: cloudevents, secrets: [a-key-of-sixteen-characters] }
    mail:
      from: care@shop.example
      replyTo: help@shop.example
      providers: [{ name: first, host: 127.0.0.1, port: ${sink.port}, tls: none }]
    apiKeys: [another-key-of-sixteen-characters]
    paging: { order: [Ada Keeper] }
`));
  return { db, run: (command: Command, dns: Dns, values: Arguments["values"] = {}, ...positionals: string[]) => run(command, { DATABASE_URL: url }, dns, { config, ...values }, positionals) };
}

async function run(command: Command, env: Terminal["env"], dns: Dns, values: Arguments["values"], positionals: readonly string[]): Promise<{ status: number; lines: string[] }> {
  const lines: string[] = [];
  const hear = (line: string): void => void lines.push(...line.split("\n"));
  const terminal: Terminal = { env: { ...env, MAKEGOOD_ACTOR: "Ada" }, cwd: import.meta.dirname, dns, out: hear, err: hear, stopping: new AbortController().signal };
  return { status: await command.run({ values, positionals }, terminal), lines };
}

test("doctor says what DNS lacks with the record to publish, and that what DNS does not answer is not known", async () => {
  const store = await shop();
  const none = async () => ({ kind: "none" }) as const;
  const bare = await store.run(doctorCommand, { txt: none, mx: none, addresses: none });
  assert.equal(bare.status, 1);
  const missing = bare.lines.indexOf("PROBLEM main: shop.example has no DMARC record: Gmail and Yahoo take bulk mail only from domains with a DMARC record; others trust it less. This one changes nothing yet but satisfies them; add rua=mailto:<a mailbox of yours> to be told what receivers see.");
  assert.notEqual(missing, -1, bare.lines.join("\n"));
  assert.equal(bare.lines[missing + 1], '        publish: _dmarc.shop.example  TXT  "v=DMARC1; p=none"');

  const silent = await store.run(doctorCommand, noDns);
  assert.equal(silent.status, 1);
  assert.ok(silent.lines.includes("UNKNOWN main: DNS could not be asked for the SPF record of shop.example: no DNS is asked in this test. Nothing is known about it; run this again where DNS answers."), silent.lines.join("\n"));
  assert.match(silent.lines.at(-1) ?? "", /3 could not be looked at: see UNKNOWN\.$/);
});
