import assert from "node:assert/strict";
import { test } from "node:test";
import type { Certificate } from "../../base/certificates.ts";
import { assertHelpful, atTheLimit, hostileJson, isPolluted, reachingForPrototypes, replayRules, saysWhatToDo, signedBodyRules, STRANGE_HEADERS, strangeBodies, strangeForms } from "../../base/signature-contract.ts";
import { instant, type Instant, type Milliseconds } from "../../base/time.ts";
import type { EvidenceAdapter, EvidenceDelivery, EvidenceRead } from "../core/evidence.ts";
import { createEvidenceAdapter } from "./create-adapter.ts";

/** What the contract needs of a provider: how its secret travels, and what its events look like. */
export interface EvidenceSample {
  readonly type: string;
  /** The configuration of a store that knows these secrets. */
  config(secrets: readonly string[]): unknown;
  /** Two secrets that the provider might have given out. */
  readonly secrets: readonly [string, string];
  /** A body as the provider sends it under a secret. */
  send(body: Uint8Array, secret: string, at: Instant): EvidenceDelivery;
  /** What the provider signs with, where that is a certificate's key. */
  readonly certificate?: Certificate;
  /** The delivery with something else in place of its signature or secret, or with none. */
  respell(delivery: EvidenceDelivery, signature: string | undefined): EvidenceDelivery;
  /** Events that say at that moment that the mail of this Message-ID arrived at `Anna@example.com`. */
  delivered(rfcId: string, at: Instant): Uint8Array;
  /** Events that prove nothing: somebody or something opened the mail, or clicked in it. */
  readonly proveNothing: Readonly<Record<string, Uint8Array>>;
  /** What a missing and a wrong signature are called. */
  readonly refused?: { readonly unsigned: string; readonly wrong: string };
  /** How far the signed time may be from ours, where the provider signs one. */
  readonly tolerance?: Milliseconds;
  /** Where only a secret is sent, or some fields are signed, the body as a whole is not under any signature. */
  readonly bodyIsNotSigned?: boolean;
  /** Its bodies are forms (application/x-www-form-urlencoded) and no JSON. */
  readonly isForm?: boolean;
}

const NOON = instant(Date.UTC(2026, 2, 2, 12));
const OURS = "5d1c5d3e-6a0f-8a7e-9b1c-000000000001@nord.example";

/**
 * The rules that every provider's event webhook keeps, whatever it is sent: what does not carry the store's secret is
 * refused with what to do, and what is kept is either read the same way each time, or said to be unreadable.
 */
export function evidenceContract(sample: EvidenceSample): void {
  const adapter = (...known: readonly string[]): EvidenceAdapter => certified(createEvidenceAdapter(sample.type, sample.config(known)), sample);
  const ours = adapter(sample.secrets[0]);
  const under: Under = {
    ...sample,
    refused: sample.refused ?? { unsigned: "no_signature", wrong: "wrong_signature" },
    rule: (text, work) => void test(`${sample.type}: ${text}`, work),
    adapter,
    ours,
    sent: (body = sample.delivered(OURS, NOON)) => sample.send(body, sample.secrets[0], NOON),
  };
  refusalRules(under);
  const webhook = { rule: under.rule, sent: under.sent, answer: (delivery: EvidenceDelivery, now?: Instant) => answer(ours, delivery, now), wrong: under.refused.wrong, at: NOON };
  if (sample.bodyIsNotSigned !== true) signedBodyRules(webhook);
  if (sample.tolerance !== undefined) replayRules(webhook, sample.tolerance);
  readingRules(under);
  hostileRules(under);
}

/** The adapter as its provider's certificate reaches it: fetched when it asks for it, and never otherwise. */
function certified(adapter: EvidenceAdapter, { certificate }: EvidenceSample): EvidenceAdapter {
  if (!certificate) return adapter;
  return { ...adapter, verify: (delivery, now) => adapter.verify(delivery, now, adapter.certificateUrl?.(delivery) === undefined ? undefined : certificate) };
}

/** A sample with what the rules make of it. */
interface Under extends EvidenceSample {
  readonly refused: { readonly unsigned: string; readonly wrong: string };
  readonly rule: (text: string, work: () => void | Promise<void>) => void;
  /** The webhook of a store that knows these secrets. */
  readonly adapter: (...known: readonly string[]) => EvidenceAdapter;
  readonly ours: EvidenceAdapter;
  /** The good delivery, or another body under the same secret. */
  readonly sent: (body?: Uint8Array) => EvidenceDelivery;
}

function refusalRules({ rule, adapter, ours, sent, respell, secrets: [secret, other], refused }: Under): void {
  rule("a delivery is taken under any of the store's secrets, also while one is being changed", () => {
    assert.equal(answer(ours, sent()), "taken");
    assert.equal(answer(adapter(other, secret), sent()), "taken");
  });

  rule("a wrong secret is refused with 401 and what to do; so is a delivery without any", () => {
    const verified = adapter(other).verify(sent(), NOON);
    assert.ok(!verified.ok && verified.error.status === 401 && verified.error.next.length > 20);
    assert.equal(verified.error.code, refused.wrong);
    assert.equal(answer(ours, respell(sent(), undefined)), refused.unsigned);
  });

  rule("a signature or secret that is none, empty or far too long is refused and never thrown", () => {
    for (const nonsense of ["", "@@", "=", "Basic", "Basic Og==", "0".repeat(10_000), "ü"]) {
      assert.notEqual(answer(ours, respell(sent(), nonsense)), "taken", nonsense.slice(0, 20));
    }
  });

  rule("without any secret it cannot be configured", () => assert.throws(() => adapter()));
}

function readingRules({ rule, ours, sent, delivered, proveNothing }: Under): void {
  const read = (body: Uint8Array): Promise<EvidenceRead> => Promise.resolve(ours.read(body, NOON));

  rule("an arrival is told of the very mail, by our own Message-ID, at its time and without its address in the words", async () => {
    const said = await read(sent().body);
    assert.partialDeepStrictEqual(said, { kind: "reports", reports: [{ rfcId: OURS, at: NOON, report: { kind: "delivered" } }] });
    assert.ok(said.kind === "reports" && said.reports.length === 1 && said.reports.every(({ report }) => !/anna/i.test(report.why)));
  });

  rule("the same body reads the same twice, and is the same delivery", async () => {
    const { body } = sent();
    assert.deepEqual(await read(body), await read(Uint8Array.from(body)));
    assert.equal(ours.identity?.(body), ours.identity?.(Uint8Array.from(body)));
  });

  rule("a Message-ID that no database can store is none", async () => {
    for (const strange of ["a\u0000b@nord.example", "a b@nord.example", "\ud800@nord.example", "x".repeat(1_000), ""]) {
      const said = await read(delivered(strange, NOON));
      assert.ok(said.kind !== "reports" || said.reports.every(({ rfcId, address }) => rfcId === undefined && address === "anna@example.com"), JSON.stringify(strange.slice(0, 20)));
    }
  });

  rule("opening and clicking prove nothing", async () => {
    for (const [what, body] of Object.entries(proveNothing)) {
      const said = await read(body);
      assert.ok(said.kind === "ignored" && said.why.length > 20, `${what}: ${said.kind}`);
    }
  });
}

function hostileRules({ rule, ours, sent, delivered, isForm }: Under): void {
  const good = delivered(OURS, NOON);

  /** What is read of a body, by itself and under the secret: nothing may be thrown, and what is not told has its reason. */
  const read = async (body: Uint8Array, what: string): Promise<EvidenceRead> => {
    answer(ours, sent(body));
    answer(ours, { headers: sent().headers, body });
    const said = await ours.read(body, NOON);
    if (said.kind === "unreadable") assert.ok(saysWhatToDo(said.why), `${what}: ${said.why}`);
    if (said.kind === "ignored") assert.ok(said.why.length > 20, `${what}: ${said.why}`);
    if (said.kind === "reports") {
      assert.ok(said.reports.length > 0 && said.reports.every(({ rfcId, address }) => rfcId !== undefined || address), `${what}: a report of nobody's mail`);
      assert.deepEqual(JSON.parse(JSON.stringify(said.reports)), said.reports, `${what}: reports that no database keeps as they are`);
      assert.ok(!/\\u0000|\\ud800/.test(JSON.stringify(said.reports)), `${what}: a text that no database takes`);
    }
    return said;
  };

  rule("what nobody can read is said to be unreadable and what to do, and never thrown", async () => {
    for (const [what, body] of Object.entries(hostileJson(good))) {
      assert.equal((await read(body, what)).kind, "unreadable", what);
    }
  });

  rule("a time that is none is unreadable, or the time of its receipt", async () => {
    const said = await read(withoutTime(good), "a time that is none");
    assert.ok(said.kind === "unreadable" || (said.kind === "reports" && said.reports.every(({ at }) => at === NOON)), said.kind);
  });

  rule("a body of the largest size that is taken says what it says without its blanks", async () => {
    assert.deepEqual(await read(atTheLimit(good), "large"), await read(good, "good"));
  });

  rule("keys that reach for the prototype of every object reach nothing", async () => {
    assert.deepEqual(await read(reachingForPrototypes(good), "prototypes"), await read(good, "good"));
    assert.equal(isPolluted(), false);
  });

  rule("whatever stands in place of any value, what is told can be stored, and what is not told has its reason", async () => {
    for (const [what, body] of isForm === true ? strangeForms(good) : strangeBodies(good)) await read(body, what);
  });

  rule("whatever stands in a header, and however much, it is taken or refused with what to do", () => {
    const { headers, body } = sent();
    for (const name of ["content-type", ...Object.keys(headers)]) {
      for (const strange of STRANGE_HEADERS) answer(ours, { headers: { ...headers, [name]: strange }, body });
    }
  });
}

function withoutTime(good: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(good).toString("utf8").replace(/\d{10,13}(?!-)|\d{4}-\d\d-\d\dT[\d:.]+Z/g, "1e300"));
}

function answer(adapter: EvidenceAdapter, delivery: EvidenceDelivery, now = NOON): string {
  const verified = adapter.verify(delivery, now);
  if (!verified.ok) assertHelpful(verified.error, verified.error.code);
  return verified.ok ? "taken" : verified.error.code;
}
