import assert from "node:assert/strict";
import { after, test } from "node:test";
import { sql } from "../../src/base/db.ts";
import { DAY } from "../../src/base/time.ts";
import type { Arguments, Command, Terminal } from "../../src/server/cli/command.ts";
import { command as deliverabilityCommand } from "../../src/server/cli/commands/deliverability.ts";
import { command as doctorCommand } from "../../src/server/cli/commands/doctor.ts";
import { startWeb } from "../../src/server/http/server.ts";
import { noDns, startSpine } from "./harness.ts";

const KEY = "a-key-of-sixteen-characters";

const open: { stop(): Promise<void> }[] = [];
after(async () => void (await Promise.all(open.map((each) => each.stop()))));

type Spine = Awaited<ReturnType<typeof startSpine>>;

/** A store with an API, and what its operator reads of it. */
async function shop() {
  const spine = await startSpine({ settings: { apiKeys: [KEY] } });
  const web = await startWeb(spine.opened, { port: 0, host: "127.0.0.1" });
  open.push({ stop: async () => web.stop().then(() => spine.stop()) });
  const run = async (command: Command, values: Arguments["values"] = {}): Promise<readonly string[]> => {
    const lines: string[] = [];
    const hear = (line: string): void => void lines.push(...line.split("\n"));
    const terminal: Terminal = { env: { DATABASE_URL: spine.url }, cwd: import.meta.dirname, dns: noDns, out: hear, err: hear, stopping: new AbortController().signal };
    await command.run({ values, positionals: [] }, terminal);
    return lines;
  };
  const get = async (path: string, key = KEY) => {
    const answer = await fetch(`http://127.0.0.1:${web.port}${path}`, { headers: { authorization: `Bearer ${key}` } });
    return { status: answer.status, text: await answer.text() };
  };
  return { spine, run, get };
}

/** Two providers' mail of today, as it was counted. */
async function countToday({ db, store, now }: Spine): Promise<void> {
  const counts = sql(
    `insert into deliverability (store_id, day, provider, domain, accepted, delivered, bounced, complained, deferred)
     values ($1, ms($2), 'first', 'gmail.com', 1000, 900, 10, 5, 0), ($1, ms($2), 'second', 'gmx.de', 12, 12, 0, 0, 1), ($1, ms($2), 'second', 'others', 88, 80, 0, 0, 0)`,
  );
  await db.rows(counts, [store, now() - (now() % DAY)]);
}

test("an operator reads how mail is taken, and sees what is out of the ordinary; the API says the same", async () => {
  const { spine, run, get } = await shop();
  await countToday(spine);
  assert.deepEqual(await run(deliverabilityCommand), [
    "Mail since 2026-09-29T00:00:00.000Z",
    "",
    "provider   accepted  refused  deferred  delivered  bounced  complained  % delivered  % bounced  % complained  % deferred",
    "first          1000        0         0        900       10           5       90.0 %      1.0 %        0.50 %       0.0 %",
    "second          100        0         1         92        0           0       92.0 %      0.0 %         0.0 %      0.99 %",
    "all            1100        0         1        992       10           5       90.2 %     0.91 %        0.45 %      0.09 %",
    "",
    "domain     accepted  refused  deferred  delivered  bounced  complained  % delivered  % bounced  % complained  % deferred",
    "gmail.com      1000        0         0        900       10           5       90.0 %      1.0 %        0.50 %       0.0 %",
    "others          100        0         1         92        0           0       92.0 %      0.0 %         0.0 %      0.99 %",
    "",
    "0.50 % of mail through first was marked as spam (5 times in 7 days): Google's and Yahoo's sender guidelines set the limit at 0.3 %. Each one opened a task for support: see which notices people do not want.",
    "0.50 % of mail to gmail.com was marked as spam (5 times in 7 days): Google's and Yahoo's sender guidelines set the limit at 0.3 %. Each one opened a task for support: see which notices people do not want.",
  ]);
  const answered = await get("/v1/deliverability?days=7");
  assert.deepEqual([answered.status, JSON.parse(answered.text)], [200, JSON.parse((await run(deliverabilityCommand, { json: true })).join(""))]);
  const remarks = (await run(doctorCommand)).filter((line) => /^remark {2}sample: .* marked as spam/.test(line));
  assert.equal(remarks.length, 2);
  assert.match((await get("/metrics")).text, /^makegood_mail_week\{store="sample",by="domain",name="gmail\.com",kind="complained"\} 5$/m);
});

test("a store that has sent nothing is told so, and doctor finds nothing in it", async () => {
  const { run, get } = await shop();
  assert.deepEqual(await run(deliverabilityCommand, { days: "1" }), ["Since 2026-10-05T00:00:00.000Z no mail was sent, answered or reported on."]);
  assert.partialDeepStrictEqual(JSON.parse((await get("/v1/deliverability")).text), { days: 7, isEmpty: true, providers: [], domains: [], findings: [] });
  assert.deepEqual((await run(doctorCommand)).filter((line) => line.includes("mail is taken")), []);
});

test("days that cannot be looked at are refused, and so is who bears no key; the API is documented", async () => {
  const { run, get } = await shop();
  for (const days of ["0", "91", "1.5", "week"]) {
    assert.equal((await get(`/v1/deliverability?days=${days}`)).status, 400);
    await assert.rejects(run(deliverabilityCommand, { days }), { code: "days" });
  }
  assert.equal((await get("/v1/deliverability", "another")).status, 401);
  assert.partialDeepStrictEqual(JSON.parse((await get("/v1/openapi.json")).text), { paths: { "/v1/deliverability": { get: { tags: ["deliverability"] } } } });
});
