import assert from "node:assert/strict";
import { test } from "node:test";
import { SECOND, type Milliseconds } from "../../base/time.ts";
import type { Outcome } from "../core/outcome.ts";
import type { Transport } from "../provider.ts";
import { startFaultyPostServer, type Posted, type PostFault, type PostVendor } from "./faulty-post-server.ts";

/** What the contract needs of a provider that letters are posted to one by one. */
export interface PostSample<Letter> {
  readonly name: string;
  readonly vendor: PostVendor;
  /** The provider as a store would configure it, with this time to answer in. */
  make(url: string, answerWithin: Milliseconds): Transport<Letter>;
  /** Letters to five people; the third is the one that things happen to. */
  readonly letters: readonly Letter[];
  /** What names each of them in a request. */
  readonly named: readonly string[];
  /** Whom the vendor's refusal of a letter concerns. */
  readonly refusalScope: "address" | "message";
  /** What is wrong with requests that the vendor's own description does not allow. */
  readonly complaints?: (posted: readonly Posted[]) => readonly string[];
}

/** Long enough for a machine that does other things, and short where an answer never comes. */
const ANSWER_WITHIN = 30 * SECOND;
const NO_ANSWER_WITHIN = SECOND;

/**
 * The rules that every provider keeps that letters are posted to, whatever the server does. The truth is the server's own
 * record: accepted letters are there once, refused and unsent ones are not, and none is there twice.
 */
export function postContract<Letter>(sample: PostSample<Letter>): void {
  const rule = (text: string, work: () => Promise<void>): void => void test(`${sample.name}: ${text}`, work);
  const under = (fault: PostFault) => sendUnder(sample, fault);
  const victim = sample.named[2] ?? "";
  const others = (outcomes: readonly Outcome[]): readonly Outcome[] => outcomes.filter((_, index) => index !== 2);

  rule("what the server takes is accepted, and each is heard of once", async () => {
    const { outcomes, heard } = await under({ kind: "none" });
    assert.deepEqual(outcomes.map(({ kind }) => kind), sample.letters.map(() => "accepted"));
    assert.deepEqual(heard.toSorted(), sample.letters.map((_, index) => index));
  });

  rule("without a server nothing was sent", async () => {
    for (const { kind } of (await under({ kind: "not-there" })).outcomes) assert.equal(kind, "notSent");
  });

  rule("a letter that is refused for good says whom it concerns, and the others arrive", async () => {
    const { outcomes } = await under({ kind: "refuse", letter: victim });
    assert.partialDeepStrictEqual(outcomes[2], { kind: "refused", permanent: true, scope: sample.refusalScope });
    for (const { kind } of others(outcomes)) assert.equal(kind, "accepted");
  });

  rule("a server that wants less is believed: it has no more than it said yes to", async () => {
    const { outcomes } = await under({ kind: "throttle", letter: victim });
    assert.partialDeepStrictEqual(outcomes[2], { kind: "refused", permanent: false, scope: "provider" });
    for (const { kind } of others(outcomes)) assert.match(kind, /^(accepted|notSent)$/);
  });

  rule("a login that is refused is the provider's fault, never a letter's", async () => {
    assert.partialDeepStrictEqual((await under({ kind: "answer", status: 401, letter: victim })).outcomes[2], { kind: "refused", scope: "provider" });
  });

  rule("a server that fails may have the letter: nobody can say", async () => {
    for (const status of [500, 502, 504]) assert.equal((await under({ kind: "answer", status, letter: victim })).outcomes[2]?.kind, "unknown", String(status));
  });

  for (const kind of ["close-after-taking", "close-without-taking", "hang-after-taking", "half-answer-after-taking", "malformed-after-taking"] as const) {
    rule(`${kind} leaves that letter unknown and sends it no second time`, async () => {
      const { outcomes } = await under({ kind, letter: victim });
      assert.equal(outcomes[2]?.kind, "unknown");
      for (const other of others(outcomes)) assert.match(other.kind, kind === "hang-after-taking" ? /^(accepted|unknown|notSent)$/ : /^accepted$/);
    });
  }
}

async function sendUnder<Letter>({ vendor, make, letters, named, complaints }: PostSample<Letter>, fault: PostFault) {
  const server = await startFaultyPostServer(vendor, fault);
  const transport = make(server.url, fault.kind === "hang-after-taking" ? NO_ANSWER_WITHIN : ANSWER_WITHIN);
  const heard: number[] = [];
  try {
    const outcomes = await transport.send(letters, (index) => heard.push(index));
    assert.equal(outcomes.length, letters.length, "one outcome for each letter");
    outcomes.forEach((outcome, index) => {
      const times = server.taken.filter((posted) => vendor.names(posted, named[index] ?? "")).length;
      const allowed = outcome.kind === "accepted" ? times === 1 : outcome.kind === "unknown" ? times <= 1 : times === 0;
      assert.ok(allowed, `letter ${index} is ${JSON.stringify(outcome)}, and the server took it ${times} times`);
    });
    assert.deepEqual(complaints?.(server.taken) ?? [], []);
    return { outcomes, heard };
  } finally {
    await transport.close();
    await server.close();
  }
}
