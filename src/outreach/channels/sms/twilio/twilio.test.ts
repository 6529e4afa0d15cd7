import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { z } from "zod";
import { postContract } from "../../contract.ts";
import { startFaultyPostServer, type Posted, type PostVendor } from "../../faulty-post-server.ts";
import type { ChannelSetup } from "../../module.ts";
import { judgeByOpenApi } from "../../openapi/testing.ts";
import type { TextLetter } from "../module.ts";
import { provider } from "./index.ts";

const ACCOUNT = `AC${"0".repeat(31)}1`;
const SERVICE = `MG${"0".repeat(31)}1`;
const TOKEN = "a-token-for-the-tests";
const SETUP: ChannelSetup = { storeName: "Café Nord", answerWithin: 30_000, mailServers: [], reportsTo: (name) => `https://care.example/evidence/nord/${name}` };
const numbers = ["1", "2", "3", "4", "5"].map((digit) => `+4915100000${digit.repeat(3)}`);
const letters = numbers.map((to): TextLetter => ({ to, text: "Café Nord: 50 % & more + ü", rfcId: `${to.slice(1)}@nord.example` }));

const realInput = process.env["MAKEGOOD_REAL_INPUT"] ?? join(import.meta.dirname, "../../../../../../shared/real-input");
const document = join(realInput, "vendor-specs/twilio_api_v2010.json");
const absent = existsSync(document) ? false : "the folder real-input is not here: the vendor's OpenAPI document judges no request";
const judge = absent === false ? judgeByOpenApi(document) : undefined;

const formOf = ({ body }: Posted) => Object.fromEntries(new URLSearchParams(body));
const refusal = (status: number, code: number) => ({ status, body: JSON.stringify({ code, message: "No.", more_info: `https://www.twilio.com/docs/errors/${code}`, status }) });
const vendor: PostVendor = {
  taken: (posted) => ({ status: 201, body: JSON.stringify({ sid: `SM${formOf(posted)["To"]?.slice(1).padStart(32, "0")}`, status: "accepted", error_code: null }) }),
  refused: refusal(400, 21211),
  throttled: refusal(429, 20429),
  names: (posted, number) => formOf(posted)["To"] === number,
};
const configured = (more: object = { messagingServiceSid: SERVICE }) => ({ accountSid: ACCOUNT, authToken: TOKEN, ...more });
const transportTo = (baseUrl: string, more?: object, answerWithin = SETUP.answerWithin) => provider.create({ ...configured(more), baseUrl }, { ...SETUP, answerWithin }).transport;

postContract({ name: "twilio", vendor, make: (url, answerWithin) => transportTo(url, undefined, answerWithin), letters, named: numbers, refusalScope: "address", ...(judge && { complaints: judge }) });

/** What becomes of one text that the vendor refuses so. */
async function refusedWith(status: number, code: number) {
  const server = await startFaultyPostServer({ ...vendor, refused: refusal(status, code) }, { kind: "refuse", letter: numbers[0] ?? "" });
  const transport = transportTo(server.url);
  const [outcome] = await transport.send(letters.slice(0, 1));
  await transport.close();
  await server.close();
  return outcome;
}

test("what the vendor's own description does not allow is never sent, from a service or from a number", { skip: absent }, async () => {
  for (const sender of [{ messagingServiceSid: SERVICE }, { from: "+15005550006" }, { from: "CafeNord" }]) {
    const server = await startFaultyPostServer(vendor, { kind: "none" });
    const transport = transportTo(server.url, sender);
    assert.deepEqual((await transport.send(letters)).map(({ kind }) => kind), letters.map(() => "accepted"));
    assert.deepEqual(judge?.(server.taken), []);
    await transport.close();
    await server.close();
  }
});

test("the judge rejects what the description does not allow", { skip: absent }, () => {
  const posted = (body: Record<string, string>, path = `/2010-04-01/Accounts/${ACCOUNT}/Messages.json`): Posted => ({ path, headers: { "content-type": "application/x-www-form-urlencoded", authorization: "Basic x" }, body: new URLSearchParams(body).toString() });
  const said = (one: Posted) => judge?.([one]).join("; ") ?? "";
  assert.equal(said(posted({ To: "+491" })), "");
  assert.match(said(posted({ Body: "x" })), /To is required/);
  assert.match(said(posted({ To: "+491", Text: "x" })), /Text is not known/);
  assert.match(said(posted({ To: "+491", MessagingServiceSid: "x" })), /MessagingServiceSid cannot be/);
  assert.match(said(posted({ To: "+491", ValidityPeriod: "soon" })), /ValidityPeriod cannot be/);
  assert.match(said(posted({ To: "+491" }, "/2010-04-01/Accounts/me/Messages.json")), /AccountSid cannot be/);
  assert.match(said(posted({ To: "+491" }, "/nowhere")), /there is no POST/);
});

test("a text says whom it is for, from whom, what, and where its reports go under our own id", async () => {
  const server = await startFaultyPostServer(vendor, { kind: "none" });
  const transport = transportTo(server.url);
  await transport.send(letters.slice(0, 1));
  await transport.close();
  await server.close();
  const [posted] = server.taken;
  assert.ok(posted);
  assert.equal(posted.path, `/2010-04-01/Accounts/${ACCOUNT}/Messages.json`);
  assert.equal(posted.headers["authorization"], `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString("base64")}`);
  assert.deepEqual(formOf(posted), {
    To: "+4915100000111",
    Body: "Café Nord: 50 % & more + ü",
    MessagingServiceSid: SERVICE,
    StatusCallback: "https://care.example/evidence/nord/twilio?makegood-id=4915100000111%40nord.example",
  });
});

test("each refusal says whom it concerns, and which numbers are never to be tried again", async () => {
  for (const code of [21211, 21614, 21635]) assert.partialDeepStrictEqual(await refusedWith(400, code), { kind: "refused", permanent: true, scope: "address", suppress: "bounce", code }, String(code));
  assert.partialDeepStrictEqual(await refusedWith(400, 21610), { permanent: true, scope: "address", suppress: "stop" });
  const routeless = await refusedWith(400, 21612);
  assert.ok(routeless?.kind === "refused" && routeless.scope === "address" && routeless.suppress === undefined, "another sender may reach it");
  for (const code of [21408, 21617, 29999]) assert.partialDeepStrictEqual(await refusedWith(400, code), { permanent: true, scope: "message" }, String(code));
  for (const code of [21606, 21703, 30034]) assert.partialDeepStrictEqual(await refusedWith(400, code), { permanent: true, scope: "provider" }, String(code));
  assert.partialDeepStrictEqual(await refusedWith(401, 20003), { scope: "provider" });
  assert.partialDeepStrictEqual(await refusedWith(503, 20503), { kind: "refused", permanent: false, scope: "provider" }, "the vendor itself says that it did not take it");
  const unregistered = await refusedWith(400, 30034);
  assert.match(unregistered?.kind === "refused" ? unregistered.response : "", /not registered/);
});

test("a service or a sender is needed, and a sender alone is remarked upon", () => {
  assert.throws(() => provider.create(configured({}), SETUP), z.ZodError);
  assert.throws(() => provider.create(configured({ messagingServiceSid: SERVICE, from: "+15005550006" }), SETUP), z.ZodError);
  assert.deepEqual(provider.create(configured(), SETUP).remarks, []);
  assert.match(provider.create(configured({ from: "+15005550006" }), SETUP).remarks.join(), /not registered.*A2P 10DLC/s);
});
