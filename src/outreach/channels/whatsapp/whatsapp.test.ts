import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { instant, iso } from "../../../base/time.ts";
import type { OrderView } from "../../../commerce/index.ts";
import type { Spoken } from "../../channel.ts";
import type { OutreachSettings } from "../../core/model.ts";
import { postContract } from "../contract.ts";
import { startFaultyPostServer, type Posted, type PostVendor } from "../faulty-post-server.ts";
import type { ChannelSetup } from "../module.ts";
import { channel } from "./index.ts";
import { templateWriter, type TemplateLetter } from "./write-template.ts";

const TOKEN = "a-token-for-the-tests-of-this";
const CONFIG = { phoneNumberId: "106540352242922", accessToken: TOKEN, template: "order_news", languages: { en: "en_US", de: "de" } };
const SETUP: ChannelSetup = { storeName: "Café Nord", answerWithin: 30_000, mailServers: [], reportsTo: (name) => `https://care.example/evidence/nord/${name}` };
const numbers = ["1", "2", "3", "4", "5"].map((digit) => `+4915100000${digit.repeat(3)}`);
const letters = numbers.map((to): TemplateLetter => ({ to, language: "en_US", parameters: ["Café Nord: 50 % & more + ü"], rfcId: `${to.slice(1)}@nord.example` }));

const asked = ({ body }: Posted) => JSON.parse(body) as { to: string };
const refusal = (status: number, code: number, more: object = {}) => ({ status, body: JSON.stringify({ error: { message: `(#${code}) No`, type: "OAuthException", code, fbtrace_id: "A", ...more } }) });
const vendor: PostVendor = {
  taken: (posted) => ({ status: 200, body: JSON.stringify({ messaging_product: "whatsapp", contacts: [{ input: asked(posted).to, wa_id: asked(posted).to.slice(1) }], messages: [{ id: `wamid.${asked(posted).to}`, message_status: "accepted" }] }) }),
  refused: refusal(400, 131026, { error_data: { messaging_product: "whatsapp", details: "Message Undeliverable." } }),
  throttled: refusal(429, 130429),
  names: (posted, number) => asked(posted).to === number,
};
const transportTo = (baseUrl: string, answerWithin = SETUP.answerWithin) => {
  const [provider] = channel.create({ ...CONFIG, baseUrl }, { ...SETUP, answerWithin }).providers;
  assert.ok(provider);
  return provider.transport;
};

postContract({ name: "whatsapp", vendor, make: transportTo, letters, named: numbers, refusalScope: "address" });

/** What becomes of one message that the vendor answers so, and what it was asked. */
async function answeredWith(answer: PostVendor["refused"]) {
  const server = await startFaultyPostServer({ ...vendor, refused: answer }, { kind: "refuse", letter: numbers[0] ?? "" });
  const transport = transportTo(server.url);
  const [outcome] = await transport.send(letters.slice(0, 1));
  await transport.close();
  await server.close();
  return outcome;
}

test("a message says whom it is for, in which template and language, what, and under which id its statuses come back", async () => {
  const server = await startFaultyPostServer(vendor, { kind: "none" });
  const transport = transportTo(server.url);
  const [outcome] = await transport.send(letters.slice(0, 1));
  await transport.close();
  await server.close();
  assert.deepEqual(outcome, { kind: "accepted", response: "200 accepted wamid.+4915100000111", copyId: "wamid.+4915100000111" });
  const [posted] = server.taken;
  assert.ok(posted);
  assert.equal(posted.path, "/106540352242922/messages");
  assert.equal(posted.headers["authorization"], `Bearer ${TOKEN}`);
  assert.deepEqual(JSON.parse(posted.body), {
    messaging_product: "whatsapp",
    recipient_type: "individual",
    to: "+4915100000111",
    type: "template",
    template: { name: "order_news", language: { code: "en_US" }, components: [{ type: "body", parameters: [{ type: "text", text: "Café Nord: 50 % & more + ü" }] }] },
    biz_opaque_callback_data: "4915100000111@nord.example",
  });
});

test("each refusal says whom it concerns; none ends messages to a number for ever", async () => {
  const refused = async (status: number, code: number, permanent: boolean, scope: string) => {
    const outcome = await answeredWith(refusal(status, code));
    assert.partialDeepStrictEqual(outcome, { kind: "refused", permanent, scope, code }, String(code));
    assert.ok(outcome && !("suppress" in outcome), String(code));
  };
  for (const code of [131026, 131021, 131049, 131050, 130472]) await refused(400, code, true, "address");
  for (const code of [131047, 131009, 132001, 132005, 132015, 132018, 999999]) await refused(400, code, true, "message");
  await refused(400, 131056, false, "address");
  for (const code of [4, 80007, 130429, 131048, 368]) await refused(400, code, false, "provider");
  for (const code of [190, 10, 200, 131031, 131042, 131030, 133010]) await refused(400, code, true, "provider");
  await refused(500, 3, true, "provider");
  await refused(503, 2, false, "provider");
});

test("a number id that does not exist is the configuration's fault, a parameter that is wrong the message's", async () => {
  assert.partialDeepStrictEqual(await answeredWith(refusal(400, 100, { error_subcode: 33 })), { permanent: true, scope: "provider" });
  assert.partialDeepStrictEqual(await answeredWith(refusal(400, 100)), { permanent: true, scope: "message" });
});

test("an error that may be the server's leaves it unknown whether the message left", async () => {
  for (const [status, code] of [[500, 131000], [400, 1], [500, 131016], [500, 2]] as const) assert.equal((await answeredWith(refusal(status, code)))?.kind, "unknown", `${status} ${code}`);
  assert.equal((await answeredWith({ status: 200, body: "{}" }))?.kind, "unknown", "a yes without a message");
});

test("what an operator must mend is said in the ledger; what the vendor says is kept where nobody need do anything", async () => {
  const said = async (code: number) => {
    const outcome = await answeredWith(refusal(400, code, { error_data: { details: "the vendor's own words" } }));
    return outcome?.kind === "refused" ? outcome.response : "";
  };
  assert.match(await said(132001), /correct `template` and `languages`/);
  assert.match(await said(190), /access token/);
  assert.match(await said(131026), /the vendor's own words/);
});

const spoken = (locale: string, words: Partial<Spoken["said"]["words"]> = {}) =>
  ({
    message: { address: "+4915100000111", rfcId: "a@nord.example", locale },
    said: { words: { subject: ["News"], text: ["Hello,\n\nyour order\t#1\n"], html: [], ...words }, values: { order_page: "https://care.example/o/1" } },
    settings: { locale: "de" },
  }) as unknown as Spoken;

test("a message says what a text says, in one line, and what the mail says where there are no words for a text", () => {
  const write = templateWriter({ languages: { en: "en_US" }, parameters: ["text"] });
  assert.deepEqual(write(spoken("en", { sms: ["Café Nord:  sorry.\nMore"] })).parameters, ["Café Nord: sorry. More"]);
  assert.deepEqual(write(spoken("en")).parameters, ["Hello, your order #1"]);
  const linked = templateWriter({ languages: { en: "en_US" }, parameters: ["text", "link"] });
  assert.deepEqual(linked(spoken("en")).parameters, ["Hello, your order #1", "https://care.example/o/1"]);
});

test("the template's language is the reader's, else the store's, else its first", () => {
  const language = (locale: string, languages: Readonly<Record<string, string>>) => templateWriter({ languages, parameters: ["text"] })(spoken(locale)).language;
  assert.equal(language("en-GB", { de: "de", en: "en_US" }), "en_US");
  assert.equal(language("fr", { en: "en_US", de: "de" }), "de");
  assert.equal(language("fr", { pt: "pt_BR" }), "pt_BR");
});

test("it is used by consent alone, by phone, and not in the recipient's night", () => {
  const made = channel.create(CONFIG, SETUP);
  assert.equal(made.needsConsent, true);
  assert.match(made.remarks?.join() ?? "", /not heard.*given: false/);
  assert.equal(made.addressOf({ contact: { phone: "+4915100000111", email: "anna@example.com" } } as unknown as OrderView), "+4915100000111");
  const night = instant(Date.UTC(2026, 0, 5, 22));
  const settings = { zone: "Europe/Berlin" } as unknown as OutreachSettings;
  assert.equal(iso(made.allowedAt(night, undefined, settings)), "2026-01-06T07:00:00.000Z");
});

test("what no template is, or no number's id, is refused by name", () => {
  const wrong: readonly [string, object][] = [["template", { template: "Order News" }], ["languages", { languages: {} }], ["languages", { languages: { en: "en-US" } }], ["parameters", { parameters: ["link"] }], ["phoneNumberId", { phoneNumberId: "+4915100000111" }]];
  for (const [path, more] of wrong) assert.throws(() => channel.create({ ...CONFIG, ...more }, SETUP), (error) => error instanceof z.ZodError && error.issues[0]?.path[0] === path, path);
});
