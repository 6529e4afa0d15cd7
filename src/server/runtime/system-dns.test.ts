import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { systemDns } from "./system-dns.ts";

const NXDOMAIN = 3;
const SERVFAIL = 2;
const REFUSED = 5;

type Reply = { readonly code?: number; readonly records?: readonly Buffer[] };

const strings = (...all: string[]): Buffer => Buffer.concat(all.map((text) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)])));
const name = (text: string): Buffer => Buffer.concat([...text.split(".").filter(Boolean).map((label) => strings(label)), Buffer.from([0])]);
const mx = (preference: number, exchange: string): Buffer => Buffer.concat([Buffer.from([0, preference]), name(exchange)]);

/** What the server of this test answers, by name and type (1 A, 15 MX, 16 TXT, 28 AAAA); anything else is no such name. */
const ANSWERS: Readonly<Record<string, Reply>> = {
  "shop.example 16": { records: [strings("v=spf1 include:a.example", " ~all"), strings("other=1")] },
  "shop.example 15": { records: [mx(10, "mx1.shop.example"), mx(20, "mx2.shop.example")] },
  "silent.example 15": { records: [mx(0, "")] },
  "shop.example 1": {},
  "shop.example 28": { records: [Buffer.from("20010db8000000000000000000000001", "hex")] },
  "empty.example 16": {},
  "broken.example 16": { code: SERVFAIL },
  "closed.example 16": { code: REFUSED },
};

/** An answer of RFC 1035 section 4.1. */
function answerTo(query: Buffer): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  const type = query.readUInt16BE(at + 1);
  const { code = 0, records = [] } = ANSWERS[`${labels.join(".").toLowerCase()} ${type}`] ?? { code: NXDOMAIN };
  const head = Buffer.from([query[0] ?? 0, query[1] ?? 0, 0x81, 0x80 | code, 0, 1, 0, records.length, 0, 0, 0, 0]);
  const answers = records.map((record) => Buffer.concat([Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, record.length >> 8, record.length & 255]), record]));
  return Buffer.concat([head, query.subarray(12, at + 5), ...answers]);
}

let server: Socket;
let dns: ReturnType<typeof systemDns>;
before(async () => {
  server = createSocket("udp4", (query, from) => server.send(answerTo(query), from.port, from.address));
  server.bind(0, "127.0.0.1");
  await once(server, "listening");
  dns = systemDns([`127.0.0.1:${(server.address() as AddressInfo).port}`]);
});
after(() => void server.close());

test("records are read as they stand: strings joined, servers named, a null MX without a name", async () => {
  assert.deepEqual(await dns.txt("shop.example"), { kind: "found", records: ["v=spf1 include:a.example ~all", "other=1"] });
  assert.deepEqual(await dns.mx("shop.example"), { kind: "found", records: ["mx1.shop.example", "mx2.shop.example"] });
  assert.deepEqual(await dns.mx("silent.example"), { kind: "found", records: [""] });
  assert.deepEqual(await dns.addresses("shop.example"), { kind: "found", records: ["2001:db8::1"] }, "IPv6 alone is an address");
});

test("no such name and nothing of the kind are answers; a server that fails or refuses has given none", async () => {
  assert.deepEqual(await dns.txt("gone.example"), { kind: "none" });
  assert.deepEqual(await dns.txt("empty.example"), { kind: "none" });
  assert.deepEqual(await dns.txt(`${"a".repeat(64)}.example`), { kind: "none" }, "no name has such a label");
  assert.deepEqual(await dns.txt("broken.example"), { kind: "unasked", why: "its DNS servers fail" });
  assert.deepEqual(await dns.txt("closed.example"), { kind: "unasked", why: "the DNS server refuses to answer" });
});
