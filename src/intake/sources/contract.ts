import assert from "node:assert/strict";
import { test } from "node:test";
import type { Certificate } from "../../base/certificates.ts";
import { invariant } from "../../base/errors.ts";
import { assertHelpful, atTheLimit, hostileJson, isPolluted, reachingForPrototypes, replayRules, saysWhatToDo, signedBodyRules, STRANGE_HEADERS, strangeBodies } from "../../base/signature-contract.ts";
import { instant, type Instant, type Milliseconds } from "../../base/time.ts";
import type { ConfiguredSource } from "../adapter.ts";
import type { Delivery, InboxRow, Normalised, UnsignedDelivery } from "../core/delivery.ts";
import { createSource } from "./create-source.ts";

/** What the contract needs of a vendor: how it signs, and one delivery of it that becomes events. */
export interface SourceSample {
  readonly type: string;
  /** The configuration of a store that knows these secrets, newest first. */
  config(secrets: readonly string[]): unknown;
  /** Two secrets that the vendor might have given out; where it signs with a key of its own, what it signs for them. */
  readonly secrets: readonly [string, string];
  /** How the vendor signs, where the adapter cannot: for this secret, with the certificate's key. */
  readonly vendor?: { readonly certificate: Certificate; sign(unsigned: UnsignedDelivery, secret: string, now: Instant): Delivery };
  /** A delivery that is read as events. */
  readonly good: UnsignedDelivery;
  /** The headers, or the parts of the address's query, that carry the signature or the key; where it stands in the body, the key that it stands under. */
  readonly signature: RegExp;
  /** Where the signature stands in the body: the delivery with another one in its place, or with none. */
  readonly respell?: (delivery: Delivery, signature: string | undefined) => Delivery;
  /** What a missing and a wrong signature are called. */
  readonly refused?: { readonly unsigned: string; readonly wrong: string };
  /** How far the signed time may be from ours, where the vendor signs one. */
  readonly tolerance?: Milliseconds;
  /** The media type that is expected. */
  readonly mediaType?: string;
  /** Where the sender itself is told what is wrong with a body: it is a program of the store's and can be corrected, or what cannot be read cannot be verified either. */
  readonly refusesMalformed?: boolean;
  /** Where only a key is sent, or some fields are signed, the body as a whole is not under any signature. */
  readonly bodyIsNotSigned?: boolean;
}

const NOON = instant(Date.UTC(2026, 2, 2, 12));

/**
 * The rules that every source keeps, whatever it is sent: what is not signed by the vendor is refused with what to do,
 * what is signed is kept, and what is kept is either read the same way each time or put in quarantine with a reason.
 */
export function sourceContract(sample: SourceSample): void {
  const source = (...known: readonly string[]): ConfiguredSource => certified(createSource({ name: "acme", type: sample.type, config: sample.config(known) }), sample);
  const ours = source(sample.secrets[0]);
  const under: Under = {
    ...sample,
    refused: sample.refused ?? { unsigned: "no_signature", wrong: "wrong_signature" },
    rule: (text, work) => void test(`${sample.type}: ${text}`, work),
    source,
    ours,
    sent: (body = sample.good.body) => signedBy(sample, ours, { ...sample.good, body }),
    respell: sample.respell ?? ((delivery, signature) => withHeaders(delivery, sample.signature, signature)),
  };
  refusalRules(under);
  const webhook = { rule: under.rule, sent: under.sent, answer: (delivery: Delivery, now?: Instant) => answer(ours, delivery, now), wrong: under.refused.wrong, at: NOON };
  if (sample.bodyIsNotSigned !== true) signedBodyRules(webhook);
  if (sample.tolerance !== undefined) replayRules(webhook, sample.tolerance);
  readingRules(under);
  hostileRules(under);
}

/** The source as its vendor's certificate reaches it: fetched when the adapter asks for it, and never otherwise. */
function certified(source: ConfiguredSource, { vendor }: SourceSample): ConfiguredSource {
  const { adapter } = source;
  if (!vendor) return source;
  return { ...source, adapter: { ...adapter, verify: (delivery, now) => adapter.verify(delivery, now, adapter.certificateUrl?.(delivery) === undefined ? undefined : vendor.certificate) } };
}

function signedBy({ vendor, secrets }: SourceSample, { adapter }: ConfiguredSource, unsigned: UnsignedDelivery): Delivery {
  const signed = vendor ? vendor.sign(unsigned, secrets[0], NOON) : adapter.sign?.(unsigned, NOON);
  invariant(signed, "a sample that signs where its adapter cannot");
  return signed;
}

/** A sample with what the rules make of it. */
interface Under extends SourceSample {
  readonly refused: { readonly unsigned: string; readonly wrong: string };
  readonly rule: (text: string, work: () => void) => void;
  /** The source of a store that knows these secrets. */
  readonly source: (...known: readonly string[]) => ConfiguredSource;
  readonly ours: ConfiguredSource;
  /** The good delivery, or another body under the same signature scheme. */
  readonly sent: (body?: Uint8Array) => Delivery;
  readonly respell: (delivery: Delivery, signature: string | undefined) => Delivery;
}

function refusalRules({ rule, source, ours, sent, respell, secrets: [secret, other], refused, mediaType }: Under): void {
  rule("a delivery is taken when any of the store's secrets signed it, also during a rotation", () => {
    assert.equal(answer(ours, sent()), "taken");
    assert.equal(answer(source(other, secret), sent()), "taken");
  });

  rule("a wrong secret is refused with 401 and what to do; so is a delivery without its signature", () => {
    const verified = source(other).adapter.verify(sent(), NOON);
    assert.ok(!verified.ok && verified.error.status === 401 && verified.error.next.length > 20);
    assert.equal(verified.error.code, refused.wrong);
    assert.equal(answer(ours, respell(sent(), undefined)), refused.unsigned);
  });

  rule("a signature that is none, empty or far too long is refused and never thrown", () => {
    for (const nonsense of ["", "@@", "=", "v1=,t=", "0".repeat(10_000), "ü"]) {
      assert.notEqual(answer(ours, respell(sent(), nonsense)), "taken", nonsense.slice(0, 20));
    }
  });

  rule("another content type is refused and says which is expected", () => {
    const delivery = sent();
    const verified = ours.adapter.verify({ ...delivery, headers: { ...delivery.headers, "content-type": "text/plain" } }, NOON);
    assert.ok(!verified.ok && verified.error.status === 415, verified.ok ? "taken" : verified.error.code);
    assert.match(verified.error.what, new RegExp(mediaType ?? "json"));
  });
}

function readingRules({ rule, ours, sent, secrets: [secret], signature }: Under): void {
  rule("no secret and no header of the signature is kept", () => {
    const kept = JSON.stringify(keptOf(ours, sent()).map((row) => ({ ...row, body: "" })));
    assert.ok(!kept.includes(secret) && !signature.test(kept), kept);
  });

  rule("the same delivery has the same identity and becomes the same events, each time", () => {
    const [once, again] = [keptOf(ours, sent()), keptOf(ours, sent())];
    assert.deepEqual(once, again);
    const said = once.map((row) => ours.adapter.normalise(rowOf(row)));
    assert.deepEqual(said, again.map((row) => ours.adapter.normalise(rowOf(row))));
    for (const each of said) {
      assert.equal(each.kind, "events", each.kind === "events" ? "" : each.why);
      assert.ok(each.kind === "events" && each.events.length > 0 && each.events.every((event) => event.source === ours.name));
    }
  });
}

function hostileRules({ rule, ours, sent, good, refusesMalformed }: Under): void {
  /** What becomes of a delivery that is signed: kept and read, or refused where the sender itself can be told. */
  const outcomes = (delivery: Delivery, what: string): readonly Normalised[] => {
    const verified = ours.adapter.verify(delivery, NOON);
    if (verified.ok) return verified.value.map((row) => normalised(ours, row, what));
    assert.ok(refusesMalformed === true && verified.error.status === 400, `${what}: refused with ${verified.error.code}`);
    assertHelpful(verified.error, what);
    return [];
  };

  rule("what nobody can read is put in quarantine with what to do, and never lost or thrown", () => {
    for (const [what, body] of Object.entries(hostileJson(good.body))) {
      for (const said of outcomes(sent(body), what)) assert.equal(said.kind, "quarantined", what);
    }
  });

  rule("a body of the largest size that is taken says what it says without its blanks", () => {
    const factsIn = (body: Uint8Array) => outcomes(sent(body), "").flatMap((said) => (said.kind === "events" ? said.events.map(({ fact }) => fact) : []));
    assert.deepEqual(factsIn(atTheLimit(good.body)), factsIn(good.body));
  });

  rule("keys that reach for the prototype of every object reach nothing", () => {
    for (const said of outcomes(sent(reachingForPrototypes(good.body)), "prototypes")) assert.equal(said.kind, "events");
    assert.equal(isPolluted(), false);
  });

  rule("whatever stands in place of any value, what is told can be stored, and what is not told has its reason", () => {
    for (const [what, body] of strangeBodies(good.body)) outcomes(sent(body), what);
  });

  rule("whatever stands in a header, and however much, it is refused with what to do or read like any other", () => {
    const { headers, ...delivery } = sent();
    for (const name of Object.keys(headers)) {
      for (const strange of STRANGE_HEADERS) {
        const what = `${name}: ${strange.slice(0, 20)}`;
        const verified = ours.adapter.verify({ ...delivery, headers: { ...headers, [name]: strange } }, NOON);
        if (!verified.ok) assertHelpful(verified.error, what);
        else for (const row of verified.value) normalised(ours, row, what);
      }
    }
  });
}

/** The last moment that a date can stand for (ECMA-262, 21.4.1.1), within what PostgreSQL stores. */
const LAST_DATE = 8.64e15;

/** What a row becomes, as the product would see it: an amount that is none may throw its reason, and nothing else may be thrown. */
function normalised({ adapter }: ConfiguredSource, row: Kept, what: string): Normalised {
  let said: Normalised;
  try {
    said = adapter.normalise(rowOf(row));
  } catch (error) {
    assert.ok(error instanceof RangeError, `${what}: threw ${String(error)}`);
    return { kind: "quarantined", code: "unreadable", why: error.message };
  }
  if (said.kind !== "events") assert.ok(said.kind === "ignored" ? said.why.length > 20 : saysWhatToDo(said.why), `${what}: ${said.kind}: ${said.why}`);
  else {
    assert.ok(said.events.length > 0, `${what}: no events`);
    assert.ok(said.events.every(({ at }) => Math.abs(at) <= LAST_DATE), `${what}: a moment that no calendar has`);
    assert.deepEqual(JSON.parse(JSON.stringify(said.events)), said.events, `${what}: events that no database keeps as they are`);
    assert.ok(!/\\u0000|\\ud800/.test(JSON.stringify(said.events)), `${what}: a text that no database takes`);
  }
  return said;
}

function answer({ adapter }: ConfiguredSource, delivery: Delivery, now = NOON): string {
  const verified = adapter.verify(delivery, now);
  if (!verified.ok) assertHelpful(verified.error, verified.error.code);
  return verified.ok ? "taken" : verified.error.code;
}

type Kept = Omit<InboxRow, "inboxId" | "source" | "receivedAt">;

function keptOf({ adapter }: ConfiguredSource, delivery: Delivery): readonly Kept[] {
  const verified = adapter.verify(delivery, NOON);
  assert.ok(verified.ok, verified.ok ? "" : verified.error.what);
  return verified.value;
}

function rowOf({ kind, headers, body, triggeredAt }: Kept): InboxRow {
  return { inboxId: "00000000-0000-8000-8000-000000000001", source: "acme", kind, headers, body, receivedAt: NOON, ...(triggeredAt !== undefined && { triggeredAt }) };
}

/** The delivery with another value in each of these headers and parts of the query, or without them. */
function withHeaders({ headers, query, body }: Delivery, names: RegExp, value: string | undefined): Delivery {
  const respelt = (given: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(given).flatMap(([name, before]) => (!names.test(name) ? [[name, before]] : value === undefined ? [] : [[name, value]])));
  return { headers: respelt(headers), ...(query && { query: respelt(query) }), body };
}
