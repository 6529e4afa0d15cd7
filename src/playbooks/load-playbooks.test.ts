import assert from "node:assert/strict";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { fromSnapshot, loadPlaybooks, patternsReference, problemText, snapshot, undetected } from "./index.ts";

const PLAYBOOKS = fileURLToPath(new URL("../../playbooks", import.meta.url));

const DETECTED = [
  "address-invalid",
  "cancelled-by-store",
  "delayed-fulfilment",
  "out-of-stock",
  "parcel-lost",
  "parcel-stalled",
  "payment-failed",
  "refund-idle",
  "withdrawal",
];

const WAITING = [
  "data-breach",
  "email-outage",
  "feed-disapproved",
  "gateway-outage",
  "missed-call",
  "phone-or-chat-down",
  "price-error",
  "return-spike",
  "site-down",
  "supply-disruption",
  "ticket-spike",
  "wrong-or-damaged-item",
];

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "makegood-playbooks-"));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function shipped() {
  const loaded = await loadPlaybooks(PLAYBOOKS);
  assert.ok(loaded.ok, loaded.ok ? "" : loaded.error.map(problemText).join("\n"));
  return loaded.value;
}

test("the playbooks that ship keep every rule and speak English, German and French", async () => {
  const playbooks = await shipped();
  assert.deepEqual(playbooks.map(({ slug }) => slug), [...DETECTED, ...WAITING].sort());
  for (const { messages } of playbooks) for (const byLocale of Object.values(messages)) assert.deepEqual(Object.keys(byLocale), ["de", "en", "fr"]);
});

test("what nothing detects yet is told apart from what is detected, in the table of patterns too", async () => {
  const playbooks = await shipped();
  assert.deepEqual(playbooks.filter((playbook) => undetected(playbook).none).map(({ slug }) => slug), WAITING);
  const rows = patternsReference(playbooks).split("\n").filter((line) => line.startsWith("| ["));
  assert.deepEqual(rows.filter((row) => row.includes("**not yet**")).map((row) => /\(#([a-z-]+)\)/.exec(row)?.[1]), WAITING);
  assert.match(rows.find((row) => row.includes("#gateway-outage")) ?? "", /\| all 15m, each 60m \| all 30m, each on news \| .* \| on-call \| status_page > banner > email/);
  assert.match(rows.find((row) => row.includes("#data-breach")) ?? "", /as counsel releases.*72h \(GDPR art\. 33\(1\)\); 30d \(California Civil Code 1798\.82\)/);
});

test("every refund is promised once: only refund-idle makes refund promises, and each opens its case", async () => {
  const refunds = (await shipped()).flatMap((playbook) => playbook.promises.filter(({ kind }) => kind === "refund_by").map((promise) => ({ ...promise, playbook })));
  assert.ok(refunds.length > 0);
  for (const { rule, playbook } of refunds) {
    assert.equal(playbook.slug, "refund-idle");
    assert.ok(playbook.detects.some((trigger) => trigger.on === "promise.broken" && trigger.rules.includes(rule)), rule);
  }
});

test("every legal clock is cited and marked to be confirmed with counsel", async () => {
  const laws = (await shipped()).flatMap(({ promises }) => promises.filter(({ basis }) => basis.kind === "law"));
  assert.ok(laws.length > 0);
  for (const { rule, meaning } of laws) assert.match(meaning ?? "", /Confirm with counsel/, rule);
});

test("a kept version gives the playbook back, and an altered one is refused", async () => {
  for (const playbook of await shipped()) {
    const kept = JSON.parse(JSON.stringify(snapshot(playbook))) as Record<string, unknown>;
    assert.deepEqual(fromSnapshot(kept, playbook.version), playbook);
    // A database keeps the keys of JSON in an order of its own.
    assert.deepEqual(fromSnapshot(Object.fromEntries(Object.entries(kept).reverse()), playbook.version), playbook);
    assert.throws(() => fromSnapshot({ ...kept, owner: "somebody" }, playbook.version), /unaltered/);
  }
});

test("the problems of all playbooks and overrides come together", async () => {
  await inFolder(async (folder) => {
    await cp(PLAYBOOKS, join(folder, "playbooks"), { recursive: true });
    await writeFile(join(folder, "playbooks/refund-idle/page.md"), "");
    await mkdir(join(folder, "playbooks/empty"));
    await mkdir(join(folder, "mine/cancelled-by-store"), { recursive: true });
    await mkdir(join(folder, "mine/unheard-of"));
    await writeFile(join(folder, "mine/cancelled-by-store/override.yaml"), "owner: Not A Name\n");
    const loaded = await loadPlaybooks(join(folder, "playbooks"), join(folder, "mine"));
    assert.ok(!loaded.ok);
    assert.deepEqual(loaded.error.map(({ file, line }) => `${file}:${line}`).sort(), [
      "mine/cancelled-by-store/override.yaml:1",
      "mine/unheard-of:1",
      "playbooks/empty/playbook.yaml:1",
      "playbooks/refund-idle/page.md:1",
    ]);
  });
});

test("line endings and a byte order mark change nothing", async () => {
  await inFolder(async (folder) => {
    await cp(PLAYBOOKS, folder, { recursive: true });
    const path = join(folder, "refund-idle/playbook.yaml");
    const { readFile } = await import("node:fs/promises");
    await writeFile(path, `\uFEFF${(await readFile(path, "utf8")).replaceAll("\n", "\r\n")}`);
    const loaded = await loadPlaybooks(folder);
    assert.ok(loaded.ok);
    assert.deepEqual(loaded.value.map(({ version }) => version), (await shipped()).map(({ version }) => version));
  });
});

test("an oversized file is refused before it is read", async () => {
  await inFolder(async (folder) => {
    await cp(PLAYBOOKS, folder, { recursive: true });
    await writeFile(join(folder, "refund-idle/page.md"), "x".repeat(300_000));
    const loaded = await loadPlaybooks(folder);
    assert.match(loaded.ok ? "" : loaded.error.map(problemText).join("\n"), /page\.md:1:1: The file has 300000 bytes/);
  });
});
