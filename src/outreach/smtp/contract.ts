import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMailAddress } from "./addresses.ts";
import type { Envelope, MailProvider, Outcome } from "./outcome.ts";

/**
 * What a mail server does wrong. `to` or `from` names the mail it happens to; all others arrive.
 * `once` faults happen to the first attempt only.
 */
export type ServerFault =
  | { readonly kind: "none" }
  | { readonly kind: "not-there" }
  | { readonly kind: "refuse-connection"; readonly code: 421 | 554 }
  | { readonly kind: "refuse-sender"; readonly from: string; readonly code: 451 | 550 }
  | { readonly kind: "refuse-recipient"; readonly to: string; readonly code: 450 | 550 }
  | { readonly kind: "refuse-data"; readonly to: string; readonly code: 451 | 554 }
  | { readonly kind: "refuse-mail"; readonly to: string; readonly code: 451 | 554 }
  | { readonly kind: "close-before-mail"; readonly to: string; readonly once: boolean }
  | { readonly kind: "close-after-taking"; readonly to: string }
  | { readonly kind: "close-without-taking"; readonly to: string }
  | { readonly kind: "hang-after-taking"; readonly to: string }
  | { readonly kind: "closing-down"; readonly afterMails: number }
  | { readonly kind: "half-reply-after-taking"; readonly to: string };

/** A server with a fault, and its own count of what it took, by recipient. */
export interface ContractServer<Endpoint> {
  readonly endpoint: Endpoint;
  taken(): readonly string[];
  close(): Promise<void>;
}

const MAILS = ["a", "b", "c", "d", "e"].map((local) => `${local}@example.com`);
const VICTIM = "c@example.com";
const OTHERS_ACCEPTED = MAILS.slice(1).map(() => "accepted");

/** Sends `MAILS` under a fault and checks the outcomes against the server's own count. */
type SendUnder = (fault: ServerFault) => Promise<Map<string, Outcome>>;
type Rule = (text: string, work: () => Promise<void>) => void;

/**
 * The rules that every mail provider keeps, whatever the server does. `makeProvider` must use short time limits.
 * The truth is the server's own count: accepted mails are there, refused and unsent ones are not, and none is there twice.
 */
export function mailProviderContract<Endpoint>(
  name: string,
  makeProvider: (endpoint: Endpoint) => Promise<MailProvider>,
  makeFaultyServer: (fault: ServerFault) => Promise<ContractServer<Endpoint>>,
): void {
  const rule: Rule = (text, work) => void test(`${name}: ${text}`, work);
  const sendUnder: SendUnder = async (fault) => {
    const server = await makeFaultyServer(fault);
    const provider = await makeProvider(server.endpoint);
    try {
      const outcomes = await provider.send(MAILS.map(envelope));
      assert.equal(outcomes.length, MAILS.length, "one outcome for each mail");
      const byMail = new Map(MAILS.map((to, index) => [to, outcomes[index] as Outcome]));
      checkAgainst(server.taken(), byMail);
      return byMail;
    } finally {
      await provider.close();
      await server.close();
    }
  };
  providerRules(rule, sendUnder);
  refusalRules(rule, sendUnder);
  lossRules(rule, sendUnder);
}

function providerRules(rule: Rule, sendUnder: SendUnder): void {
  rule("what the server takes is accepted", async () => assert.deepEqual(kinds(await sendUnder({ kind: "none" })), [...OTHERS_ACCEPTED, "accepted"]));

  rule("without a server nothing was sent", async () => {
    for (const outcome of (await sendUnder({ kind: "not-there" })).values()) assert.equal(outcome.kind, "notSent");
  });

  for (const code of [421, 554] as const) {
    rule(`a server that greets with ${code} refuses every mail as a provider`, async () => {
      for (const outcome of (await sendUnder({ kind: "refuse-connection", code })).values()) {
        assert.partialDeepStrictEqual(outcome, { kind: "refused", scope: "provider", permanent: code === 554, code });
      }
    });
  }

  rule("a server that closes down after each few mails gets the rest over new connections", async () => {
    assert.deepEqual(kinds(await sendUnder({ kind: "closing-down", afterMails: 2 })), [...OTHERS_ACCEPTED, "accepted"]);
  });
}

function refusalRules(rule: Rule, sendUnder: SendUnder): void {
  const refusals = [
    { kind: "refuse-sender", codes: [451, 550], scopes: ["provider"] },
    { kind: "refuse-recipient", codes: [450, 550], scopes: ["address"] },
    { kind: "refuse-data", codes: [451, 554], scopes: ["provider", "message"] },
    { kind: "refuse-mail", codes: [451, 554], scopes: ["provider", "message"] },
  ] as const;
  for (const { kind, codes, scopes } of refusals) {
    for (const code of codes) {
      rule(`${kind} with ${code} concerns that one mail`, async () => {
        const outcomes = await sendUnder({ kind, to: VICTIM, from: senderOf(VICTIM), code } as ServerFault);
        const refused = outcomes.get(VICTIM);
        assert.partialDeepStrictEqual(refused, { kind: "refused", permanent: code >= 500, code });
        assert.ok(refused?.kind === "refused" && (scopes as readonly string[]).includes(refused.scope), JSON.stringify(refused));
        assert.deepEqual(kindsOfOthers(outcomes), OTHERS_ACCEPTED);
      });
    }
  }
}

function lossRules(rule: Rule, sendUnder: SendUnder): void {
  rule("a connection lost before the last line is tried again and the mail arrives once", async () => {
    const outcomes = await sendUnder({ kind: "close-before-mail", to: VICTIM, once: true });
    assert.equal(outcomes.get(VICTIM)?.kind, "accepted");
    assert.deepEqual(kindsOfOthers(outcomes), OTHERS_ACCEPTED);
  });

  rule("a mail that always loses its connection before the last line was not sent", async () => {
    const outcomes = await sendUnder({ kind: "close-before-mail", to: VICTIM, once: false });
    assert.equal(outcomes.get(VICTIM)?.kind, "notSent");
    assert.deepEqual(kindsOfOthers(outcomes), OTHERS_ACCEPTED);
  });

  for (const kind of ["close-after-taking", "close-without-taking", "hang-after-taking", "half-reply-after-taking"] as const) {
    rule(`${kind} leaves that mail unknown and sends it no second time`, async () => {
      const outcomes = await sendUnder({ kind, to: VICTIM });
      assert.equal(outcomes.get(VICTIM)?.kind, "unknown");
      for (const kindOfOther of kindsOfOthers(outcomes)) assert.match(kindOfOther, /^(accepted|notSent)$/);
    });
  }
}

function kinds(outcomes: Map<string, Outcome>): string[] {
  return [...outcomes.values()].map((outcome) => outcome.kind);
}

function kindsOfOthers(outcomes: Map<string, Outcome>): string[] {
  return kinds(new Map([...outcomes].filter(([to]) => to !== VICTIM)));
}

function checkAgainst(taken: readonly string[], outcomes: Map<string, Outcome>): void {
  for (const [to, outcome] of outcomes) {
    const times = taken.filter((one) => one === to).length;
    const allowed = outcome.kind === "accepted" ? times === 1 : outcome.kind === "unknown" ? times <= 1 : times === 0;
    assert.ok(allowed, `${to} is ${JSON.stringify(outcome)}, and the server took it ${times} times`);
  }
}

/** Each mail has its own sender, so that a server can tell them apart before it hears of a recipient. */
function senderOf(to: string): string {
  return to.replace("example.com", "shop.example");
}

function envelope(to: string): Envelope {
  const address = parseMailAddress(to);
  const from = parseMailAddress(senderOf(to));
  assert.ok(address && from);
  return { from, to: address, content: Buffer.from(`To: ${to}\r\nSubject: x\r\n\r\nBody\r\n`) };
}
