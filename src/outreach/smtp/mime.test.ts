import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import PostalMime from "postal-mime";
import type { Mailbox } from "postal-mime";
import { instant } from "../../base/time.ts";
import { needsSmtpUtf8, parseMailAddress } from "./addresses.ts";
import type { MailAddress } from "./addresses.ts";
import { prebuild } from "./mime.ts";
import type { MailParts, Segments } from "./mime.ts";

const DATE = instant(Date.UTC(2026, 10, 22, 15, 38, 22));
const anyText = fc.string({ unit: "binary", maxLength: 400 });
const anySegments: fc.Arbitrary<Segments> = fc.array(fc.oneof(anyText, anyText.map((slot) => ({ slot }))), { maxLength: 8 });

function address(text: string): MailAddress {
  const parsed = parseMailAddress(text);
  assert.ok(parsed, text);
  return parsed;
}

function parts(changes: Partial<MailParts> = {}): MailParts {
  const from = { name: "Café Nord", address: address("care@shop.example") };
  return { from, replyTo: from, language: "en", subject: ["Your order"], text: ["Hello"], html: ["<p>Hello</p>"], ...changes };
}

function fill(changes: Partial<MailParts>, values: Record<string, string> = {}, name = "Anna"): Buffer {
  const to = { name, address: address("anna@example.com") };
  return prebuild(parts(changes)).fill({ to, values, messageId: "n1.a2@shop.example", date: DATE });
}

/** What a reader should see: line ends as LF, no lone surrogates. */
function shown(segments: Segments, values: Record<string, string>): string {
  const read = (text: string) => text.toWellFormed().replace(/\r\n?/g, "\n");
  const pieces = segments.map((segment) => (typeof segment === "string" ? segment : (values[segment.slot] ?? "")));
  const endsWithValue = segments.some((segment) => typeof segment !== "string") && lastLiteral(segments) === "";
  return joinLiterals(segments, pieces).map(read).join("") + (endsWithValue ? "\n" : "");
}

function lastLiteral(segments: Segments): string {
  const last = segments.findLastIndex((segment) => typeof segment !== "string");
  return segments.slice(last + 1).join("");
}

/** Neighbouring literals are one text: a CR in one and an LF in the next are one line end. */
function joinLiterals(segments: Segments, pieces: readonly string[]): string[] {
  const joined: string[] = [];
  pieces.forEach((piece, index) => {
    const glue = index > 0 && typeof segments[index] === "string" && typeof segments[index - 1] === "string";
    if (glue) joined[joined.length - 1] += piece;
    else joined.push(piece);
  });
  return joined;
}

function valuesFor(segments: Segments, pool: readonly string[]): Record<string, string> {
  const slots = segments.filter((segment) => typeof segment !== "string");
  return Object.fromEntries(slots.map((segment, index) => [segment.slot, pool[index % pool.length] ?? ""]));
}

/** The decoded bytes of one part, by the letter of RFC 2045, apart from any parser's tidying. */
function decodePart(mail: Buffer, type: string): string {
  const part = mail.toString("latin1").split("\r\n--=_makegood_part").find((one) => one.includes(`Content-Type: ${type}`)) ?? "";
  const body = part.slice(part.indexOf("\r\n\r\n", part.indexOf("Content-Transfer-Encoding")) + 4);
  const bytes = body.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8").replace(/\r\n/g, "\n");
}

test("any text with any values arrives as it was written", async () => {
  await fc.assert(
    fc.asyncProperty(anySegments, fc.array(anyText, { minLength: 1 }), async (segments, pool) => {
      const values = valuesFor(segments, pool);
      const mail = fill({ text: segments, subject: ["Order ", ...segments] }, values);
      assert.equal(decodePart(mail, "text/plain"), shown(segments, values));
      const email = await PostalMime.parse(mail);
      assert.equal(email.html?.trim(), "<p>Hello</p>");
      assert.equal(email.headers.length, 10);
    }),
  );
});

test("ordinary texts survive a parser that readers use, subject and names included", async () => {
  const word = fc.string({ unit: fc.constantFrom(..."aZ .,=?_<>&\"'\\äß€日本😀-"), minLength: 1, maxLength: 120 });
  await fc.assert(
    fc.asyncProperty(word, word, async (value, name) => {
      const mail = fill({ text: ["Dear ", { slot: "v" }, ",\n\n.\nFrom here"], subject: ["Re ", { slot: "v" }, "!"] }, { v: value }, name);
      const email = await PostalMime.parse(mail);
      assert.equal(email.text?.trimEnd(), `Dear ${value},\n\n.\nFrom here`);
      assert.equal(email.subject, `Re ${value}!`);
      const to = email.to?.[0] as Mailbox;
      assert.equal(to.address, "anna@example.com");
      assert.equal(to.name, name.trim());
    }),
  );
});

test("every line is ASCII, ends with CRLF, and keeps within 76 characters", () => {
  fc.assert(
    fc.property(anySegments, fc.array(anyText, { minLength: 1 }), (segments, pool) => {
      const values = valuesFor(segments, pool);
      const mail = fill({ text: segments, html: segments, subject: ["Re ", ...segments] }, values, pool[0]).toString("utf8");
      assert.match(mail, /^[\t\x20-\x7e\r\n]*$/);
      assert.doesNotMatch(mail, /\r(?!\n)|(?<!\r)\n/);
      for (const line of mail.split("\r\n")) {
        assert.ok(line.length <= 76, line);
        assert.doesNotMatch(line, /^\.|^From |[ \t]$/);
      }
    }),
  );
});

test("no value adds a header: line ends in names and subjects become blanks", async () => {
  const evil = "x\r\nBcc: all@example.com\u2028\n\n<b>body</b>";
  const email = await PostalMime.parse(fill({ subject: [{ slot: "evil" }] }, { evil }, evil));
  assert.equal(email.bcc, undefined);
  assert.equal(email.subject, "x Bcc: all@example.com <b>body</b>");
  assert.equal(email.text?.trim(), "Hello");
});

test("a value in HTML is text, whatever it holds", () => {
  const mail = fill({ html: ["<a title='", { slot: "name" }, "'>"] }, { name: `"'><script>&` });
  assert.equal(decodePart(mail, "text/html"), "<a title='&quot;&#39;&gt;&lt;script&gt;&amp;'>");
});

test("the fixed fields say what the mail is", async () => {
  const email = await PostalMime.parse(fill({ headers: { "X-Store": "Größe" } }));
  const field = (name: string) => email.headers.find((header) => header.key === name)?.value;
  assert.equal(email.messageId, "<n1.a2@shop.example>");
  assert.equal(field("date"), "Sun, 22 Nov 2026 15:38:22 +0000");
  assert.equal(field("auto-submitted"), "auto-generated");
  assert.equal(field("content-language"), "en");
  assert.deepEqual(email.from, { name: "Café Nord", address: "care@shop.example" });
  assert.equal(field("x-store"), "=?UTF-8?B?R3LDtsOfZQ==?=");
});

test("a slot without a value, a bad Message-ID and a bad header name are our own mistakes", () => {
  const to = { address: address("a@example.com") };
  assert.throws(() => fill({ text: [{ slot: "missing" }] }), /value for the slot "missing"/);
  assert.throws(() => prebuild(parts()).fill({ to, values: {}, messageId: "a>\r\nBcc: b@c", date: DATE }), /Message-ID/);
  assert.throws(() => prebuild(parts({ headers: { "X: y\r\nBcc": "z" } })), /header name/);
});

test("an address is taken as people write it, or not at all", () => {
  assert.equal(parseMailAddress(" Anna@Example.COM "), "Anna@example.com");
  assert.equal(parseMailAddress("anna@bücher.example"), "anna@xn--bcher-kva.example");
  assert.equal(parseMailAddress("a..b@docomo.ne.jp"), `"a..b"@docomo.ne.jp`);
  for (const bad of ["", "@", "a@", "@b", "a b@c.de", "a@b c", "a\r\nb@c.de", "a@b>\r\nDATA", "a<b@c.de", "a@b..c", `${"x".repeat(65)}@b.c`, "a\u2028b@c.de", "\ud800@b.c"]) {
    assert.equal(parseMailAddress(bad), undefined, JSON.stringify(bad));
  }
  assert.equal(needsSmtpUtf8(address("用户@例え.jp")), true);
});

test("whatever is taken as an address has nothing that could end a command or a header", () => {
  fc.assert(
    fc.property(fc.oneof(anyText.map((text) => `${text}@b.example`), anyText.map((text) => `a@${text}`), fc.emailAddress()), (text) => {
      const parsed = parseMailAddress(text);
      if (parsed) assert.doesNotMatch(parsed, /[\u0000-\u001f\u007f-\u009f<>\u2028\u2029]/);
    }),
  );
});
