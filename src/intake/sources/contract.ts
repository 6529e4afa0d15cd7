import assert from "node:assert/strict";
import { test } from "node:test";
import type { Certificate } from "../../base/certificates.ts";
import { invariant } from "../../base/errors.ts";
import { hostileJson, replayRules, signedBodyRules } from "../../base/signature-contract.ts";
import { instant, type Instant, type Milliseconds } from "../../base/time.ts";
import type { ConfiguredSource } from "../adapter.ts";
import type { Delivery, InboxRow, UnsignedDelivery } from "../core/delivery.ts";
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

function readingRules({ rule, ours, sent, secrets: [secret], signature, good, refusesMalformed }: Under): void {
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

  rule("what nobody can read is put in quarantine with the reason, and never lost or thrown", () => {
    for (const [what, body] of Object.entries(hostileBodies(good.body))) {
      const verified = ours.adapter.verify(sent(body), NOON);
      if (!verified.ok) {
        assert.ok(refusesMalformed === true && verified.error.status === 400, `${what}: refused with ${verified.error.code}`);
        continue;
      }
      for (const row of verified.value) {
        const said = ours.adapter.normalise(rowOf(row));
        assert.ok(said.kind === "quarantined" && said.why.length > 20, `${what}: ${said.kind}`);
      }
    }
  });
}

/** Bodies that no vendor sends and an attacker might, each signed. */
function hostileBodies(good: Uint8Array): Record<string, Uint8Array> {
  const text = Buffer.from(good).toString("utf8");
  const firstKey = /^\s*\{\s*"([^"]+)"\s*:/.exec(text)?.[1];
  return {
    ...hostileJson(good),
    ...(firstKey !== undefined && { "a key that stands twice": Buffer.from(text.replace("{", `{"${firstKey}":null,`)) }),
  };
}

function answer({ adapter }: ConfiguredSource, delivery: Delivery, now = NOON): string {
  const verified = adapter.verify(delivery, now);
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
