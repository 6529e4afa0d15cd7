import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { checkSender, type SenderSetup } from "./check-sender.ts";
import type { SenderFinding } from "./finding.ts";
import { zones, type Zone } from "./testing.ts";

const keyPair = (bits: number) => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: bits });
  const published = (type: "spki" | "pkcs1"): string => publicKey.export({ format: "der", type }).toString("base64");
  return { pem: privateKey.export({ format: "pem", type: "pkcs8" }).toString(), spki: published("spki"), pkcs1: published("pkcs1") };
};
const KEY = keyPair(2048);
const OTHER = keyPair(1024);

const DKIM = { domain: "shop.example", selector: "mg1", privateKey: KEY.pem };
const SETUP: SenderSetup = { from: "care@shop.example", envelope: "care@shop.example", replyTo: "help@shop.example", providers: [{ name: "first", dkim: DKIM }] };
const GOOD: Readonly<Record<string, Zone>> = {
  "shop.example": { txt: ["v=spf1 include:_spf.first.example ~all"], mx: ["mx.shop.example"] },
  "_spf.first.example": { txt: ["v=spf1 ip4:192.0.2.0/24 ~all"] },
  "mg1._domainkey.shop.example": { txt: [`v=DKIM1; k=rsa; p=${KEY.spki}`] },
  "_dmarc.shop.example": { txt: ["v=DMARC1; p=quarantine; rua=mailto:d@shop.example"] },
};

async function look(change: Readonly<Record<string, Zone>> = {}, setup: Partial<SenderSetup> = {}): Promise<readonly SenderFinding[]> {
  return checkSender(zones({ ...GOOD, ...change }), { ...SETUP, ...setup });
}

/** What is not well, when one thing is changed. */
async function wrong(change: Readonly<Record<string, Zone>>, setup: Partial<SenderSetup> = {}): Promise<readonly SenderFinding[]> {
  return (await look(change, setup)).filter(({ kind }) => kind !== "well");
}

test("a domain that is set up rightly gives nothing to do, and says which names may send", async () => {
  assert.deepEqual((await look()).map(({ kind, what }) => `${kind}: ${what}`), [
    "well: SPF of shop.example is valid (1 of 10 lookups) and lets send: include:_spf.first.example. Compare with what first tells you to include: that cannot be known from here.",
    "well: the DKIM key at mg1._domainkey.shop.example is published and matches the private key",
    "well: DMARC at _dmarc.shop.example holds, policy quarantine (receivers put what fails into spam), alignment relaxed for DKIM and relaxed for SPF",
    "well: first: the DKIM domain shop.example is aligned with From (shop.example)",
    "well: the return path that Makegood gives (shop.example) is aligned with From (shop.example); a provider that puts in its own needs one under shop.example, set at the provider",
    "well: mail to help@shop.example finds a server (mx.shop.example)",
  ]);
});

test("what is wrong with SPF is said with the record to publish", async () => {
  const cases: readonly (readonly [readonly string[] | undefined, SenderFinding["kind"], RegExp, string | undefined])[] = [
    [undefined, "problem", /has no SPF record: Gmail and Yahoo/, "v=spf1 include:<…> ~all"],
    [["v=spf1 mx -all", "v=spf1 include:_spf.first.example ?all"], "problem", /2 SPF records, which voids all/, "v=spf1 mx include:_spf.first.example ~all"],
    [["v=spf1 include:_spf.first.example +all"], "problem", /lets everybody send \(\+all\)/, "v=spf1 include:_spf.first.example ~all"],
    [["v=spf1 all"], "problem", /lets everybody send \(all\)/, "v=spf1 ~all"],
    [["v=spf1 -all"], "problem", /lets nobody send/, "v=spf1 include:<what your mail provider tells you to include> ~all"],
    [["v=spf1 mx ?all"], "remark", /ends in \?all/, "v=spf1 mx ~all"],
    [["v=spf1 mx"], "remark", /does not end in all/, "v=spf1 mx ~all"],
    [["v=spf1 ipv4:192.0.2.1 -all"], "problem", /is not valid, which voids it: "ipv4:192\.0\.2\.1" is not a mechanism/, undefined],
    [[`v=spf1 ${"a mx ptr ".repeat(4)}-all`], "problem", /more than 10 lookups/, undefined],
    [["v=spf1 include:gone.example -all"], "problem", /rests on a broken one.*gone\.example has no SPF record/, undefined],
  ];
  for (const [txt, kind, what, publish] of cases) {
    const [finding, ...more] = await wrong({ "shop.example": { mx: ["mx.shop.example"], ...(txt && { txt }) } });
    assert.deepEqual([finding?.kind, more], [kind, []], String(txt));
    assert.match(finding?.what ?? "", what);
    assert.equal(finding?.publish, publish && `shop.example  TXT  "${publish}"`);
  }
});

test("a DKIM key must be there, readable, in force, of this private key and no test; what to publish is written out", async () => {
  const cases: readonly (readonly [readonly string[] | undefined, SenderFinding["kind"], RegExp])[] = [
    [undefined, "problem", /there is no DKIM key at mg1\._domainkey\.shop\.example: receivers cannot check/],
    [["v=DKIM1; p="], "problem", /is revoked/],
    [[`v=DKIM1; p=${OTHER.spki}`], "problem", /is not that of the private key/],
    [["v=DKIM1; p=AAAA"], "problem", /cannot be read as an RSA key/],
    [[`v=DKIM1; k=ed25519; p=${KEY.spki}`], "problem", /of the type ed25519/],
    [[`v=DKIM1; h=sha1; p=${KEY.spki}`], "problem", /does not allow SHA-256/],
    [[`p=${KEY.spki}; v=DKIM1`], "problem", /v=DKIM1 is not what it begins with/],
    [["v=DKIM1; k=rsa"], "problem", /holds no key/],
    [["v=DKIM1; p=x", "v=DKIM1; p=y"], "problem", /2 records/],
    [[`v=DKIM1; t=y; p=${KEY.spki}`], "remark", /it is a test/],
  ];
  for (const [txt, kind, what] of cases) {
    const [finding, ...more] = await wrong({ "mg1._domainkey.shop.example": txt ? { txt } : {} });
    assert.deepEqual([finding?.kind, more], [kind, []], String(txt));
    assert.match(finding?.what ?? "", what);
    assert.equal(finding?.publish, `mg1._domainkey.shop.example  TXT  "v=DKIM1; k=rsa; p=${KEY.spki}"`);
  }
  assert.deepEqual(await wrong({ "mg1._domainkey.shop.example": { txt: [`p=${KEY.pkcs1.replace(/(.{60})/g, "$1 ")}`] } }), [], "RFC 6376's own form of a key, folded");
  const [short] = await wrong({ "mg1._domainkey.shop.example": { txt: [`p=${OTHER.spki}`] } }, { providers: [{ name: "first", dkim: { ...DKIM, privateKey: OTHER.pem } }] });
  assert.match(short?.what ?? "", /only 1024 bits: make one of 2048 bits/);
});

test("the DMARC record of the organisation holds for its subdomains, by their own policy", async () => {
  const table = { "news.shop.example": { txt: ["v=spf1 mx -all"], mx: ["mx.shop.example"] }, "_dmarc.shop.example": { txt: ["v=DMARC1; p=reject; sp=none; rua=mailto:d@shop.example"] } };
  const findings = await look(table, { from: "care@news.shop.example", envelope: "care@news.shop.example" });
  assert.match(findings.map(({ what }) => what).join("\n"), /DMARC at _dmarc\.shop\.example holds, policy none/);
  const cases: readonly (readonly [readonly string[], RegExp, string | undefined])[] = [
    [["other=1"], /shop\.example has no DMARC record: Gmail and Yahoo/, "v=DMARC1; p=none"],
    [["v=DMARC1; p=none", "v=DMARC1; p=reject"], /2 DMARC records.*voids all/, undefined],
    [["v=DMARC1; p=all"], /is not valid, its policy p=all/, "v=DMARC1; p=none"],
    [["v=DMARC1; p=none"], /asks for no reports/, undefined],
  ];
  for (const [txt, what, publish] of cases) {
    const [finding, ...more] = await wrong({ "_dmarc.shop.example": { txt } });
    assert.match(finding?.what ?? "", what);
    assert.deepEqual([finding?.publish, more], [publish && `_dmarc.shop.example  TXT  "${publish}"`, []]);
  }
});

test("mail that is signed or returned under another name does not speak for From", async () => {
  const strict = { "_dmarc.shop.example": { txt: ["v=DMARC1; p=reject; adkim=s; aspf=s; rua=mailto:d@shop.example"] } };
  const below = { "mail.shop.example": GOOD["shop.example"] ?? {}, "mg1._domainkey.mail.shop.example": GOOD["mg1._domainkey.shop.example"] ?? {} };
  const mailDkim = { providers: [{ name: "first", dkim: { ...DKIM, domain: "mail.shop.example" } }] };
  assert.deepEqual(await wrong(below, { ...mailDkim, envelope: "b@mail.shop.example" }), [], "relaxed alignment takes a subdomain");
  const findings = await wrong({ ...strict, ...below }, { ...mailDkim, envelope: "b@mail.shop.example" });
  assert.deepEqual(findings.map(({ kind }) => kind), ["problem", "problem"]);
  assert.match(findings[0]?.what ?? "", /signed for mail\.shop\.example, which DMARC \(adkim=s\) does not take for the same: receivers refuse the mails/);
  assert.equal(findings[0]?.publish, `mg1._domainkey.shop.example  TXT  "v=DKIM1; k=rsa; p=${KEY.spki}"`);
  assert.match(findings[1]?.what ?? "", /return path mail\.shop\.example is not aligned with From \(shop\.example\) by aspf=s/);
});

test("a provider that may sign by itself is no finding of ours, but how to see it is said", async () => {
  const [finding, ...more] = await wrong({}, { providers: [{ name: "first" }] });
  assert.deepEqual([finding?.kind, more], ["remark", []]);
  assert.match(finding?.what ?? "", /first: Makegood does not sign, and whether the provider does cannot be known from here.*header\.d=/);
});

test("answers to Reply-To need a server that takes mail", async () => {
  const at = (zone: Zone) => wrong({ "desk.example": zone }, { replyTo: "help@desk.example" });
  assert.match((await at({}))[0]?.what ?? "", /no mail server.*answer to help@desk\.example is lost/);
  assert.match((await at({ mx: [""] }))[0]?.what ?? "", /takes no mail \(null MX/);
  assert.match((await at({ addresses: ["192.0.2.9"] }))[0]?.what ?? "", /no MX record: .* goes to the host/);
  assert.deepEqual(await at({ mx: ["mx.desk.example"] }), []);
});

test("where DNS does not answer nothing passes and nothing is called wrong", async () => {
  const silent = Object.fromEntries(Object.keys(GOOD).map((name) => [name, { silent: true }]));
  const findings = (await look(silent)).filter(({ what }) => !/aligned/.test(what));
  assert.deepEqual(findings.map(({ kind }) => kind), ["unknown", "unknown", "unknown", "unknown"]);
  const strictOrNot = await wrong({ "_dmarc.shop.example": { silent: true } }, { providers: [{ name: "first", dkim: { ...DKIM, domain: "mail.shop.example" } }] });
  assert.match(strictOrNot.find(({ what }) => what.startsWith("first:"))?.what ?? "", /mail\.shop\.example is aligned with From \(shop\.example\) unless DMARC is strict/);
  const [below] = await wrong({ "_spf.first.example": { silent: true } });
  assert.deepEqual([below?.kind, /_spf\.first\.example: no answer in time/.test(below?.what ?? "")], ["unknown", true]);
});
