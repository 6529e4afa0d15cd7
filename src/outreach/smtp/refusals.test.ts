import assert from "node:assert/strict";
import { test } from "node:test";
import { readCapabilities } from "./capabilities.ts";
import { scopeOf } from "./refusals.ts";
import type { RefusedAt } from "./refusals.ts";
import { ReplyReader } from "./replies.ts";

test("a refusal is the address's fault only where the server says so", () => {
  const cases: readonly (readonly [at: RefusedAt, said: string, scope: string])[] = [
    ["recipient", "550 5.1.1 No such user", "address"],
    ["recipient", "550 No such user", "address"],
    ["recipient", "452 4.2.2 Mailbox full", "address"],
    ["recipient", "452 Insufficient storage", "provider"],
    ["recipient", "452 4.5.3 Too many recipients", "provider"],
    ["recipient", "550 5.7.1 Relaying denied", "provider"],
    ["recipient", "554 5.7.1 Blocked", "provider"],
    ["recipient", "550 5.1.8 Sender unknown", "provider"],
    ["recipient", "550 5.4.1 Access denied", "address"],
    ["recipient", "421 4.2.1 Try later", "provider"],
    ["recipient", "530 Authenticate first", "provider"],
    ["sender", "550 5.1.1 Unknown sender", "provider"],
    ["sender", "552 5.3.4 Too large", "message"],
    ["data", "451 Local error", "provider"],
    ["mail", "554 5.7.1 Spam", "message"],
    ["mail", "552 5.3.4 Too large", "message"],
    ["mail", "550 5.1.1 No such user", "address"],
    ["mail", "554 No", "message"],
    ["mail", "451 4.3.0 Later", "provider"],
    ["connect", "554 5.7.1 Your network is blocked", "provider"],
  ];
  for (const [at, said, scope] of cases) {
    const [reply] = new ReplyReader().read(Buffer.from(`${said}\r\n`));
    assert.ok(reply);
    assert.equal(scopeOf(at, reply), scope, `${at}: ${said}`);
  }
});

test("an enhanced code that contradicts the reply's own is not believed", () => {
  const [reply] = new ReplyReader().read(Buffer.from("450 5.1.1 Hm\r\n"));
  assert.deepEqual(reply, { code: 450, text: "450 5.1.1 Hm", lines: ["5.1.1 Hm"] });
});

test("an EHLO answer is read as servers write it", () => {
  assert.deepEqual(readCapabilities(["host greets you", "PIPELINING", "size 35882577", "AUTH=LOGIN", "Auth PLAIN XOAUTH2", "STARTTLS", "SMTPUTF8"]), {
    pipelining: true,
    eightBitMime: true,
    smtpUtf8: true,
    startTls: true,
    announcesSize: true,
    maxBytes: 35882577,
    auth: ["LOGIN", "PLAIN", "XOAUTH2"],
  });
  assert.equal(readCapabilities(["PIPELINING"]).pipelining, false);
});
