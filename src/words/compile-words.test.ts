import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Playbook } from "../playbooks/index.ts";
import { compileWords, fill, pageWords } from "./index.ts";
import { readableOn } from "./layout/lay-out.ts";

const BRANDING = { storeName: "Fjord & <Fern>", colour: "#1f4d3a" };

function playbookSaying(body: string, version = "v1"): Playbook {
  return {
    slug: "late", version, title: "", summary: "", owner: "ops", detects: [], promises: [], notices: [], channels: ["email"], remedies: [], readiness: [], page: "", runbook: [], insight: [], audience: "customers", subject: "order", publicNotices: [],
    choices: { named: ["yes", "no"] },
    messages: { first: { en: { subject: "About {{ order_reference }}", body } } },
  };
}

const say = (body: string, named = "no") => compileWords(playbookSaying(body, body), "first", "en", { named }, BRANDING);

test("a value is text in every channel and never becomes markup", () => {
  const words = say("Hello **{{ first_name }}**\n\n[Go]({{ order_page }})");
  fc.assert(
    fc.property(fc.string(), fc.webUrl(), (name, address) => {
      const values = { first_name: name, order_page: address, order_reference: name };
      const empty = fill(words.page, { first_name: "", order_page: "", order_reference: "" }, "html");
      const filled = fill(words.page, values, "html");
      assert.equal(filled.match(/[<>"]/g)?.length, empty.match(/[<>"]/g)?.length);
      assert.ok(fill(words.text, values, "text").includes(name));
    }),
  );
});

test("Markdown characters in a value stay what they are", () => {
  const words = say("Order **{{ order_reference }}** is late.");
  assert.equal(fill(words.text, { order_reference: "*[x](y)*" }, "text"), "Order *[x](y)* is late.\n");
  assert.equal(fill(words.page, { order_reference: "*_1_*" }, "html"), "<p>Order <strong>*_1_*</strong> is late.</p>");
});

test("a paragraph that is one link becomes a button in mail and an address of its own in plain text", () => {
  const words = say("Read on.\n\n[See your order]({{ order_page }})");
  const values = { order_page: "https://shop.test/?a=1&b=2", order_reference: "#1" };
  assert.equal(fill(words.text, values, "text"), "Read on.\n\nSee your order:\nhttps://shop.test/?a=1&b=2\n");
  assert.match(fill(words.html, values, "html"), /<a class="action"[^>]*href="https:\/\/shop\.test\/\?a=1&amp;b=2">See your order<\/a>/);
});

test("lists, italics, line breaks and links in a sentence read well as plain text", () => {
  const words = say("See _this_ and [that](https://shop.test/that).  \nNext line.\n\n- one & two\n- **three**\n\n1. first\n2. second");
  assert.equal(fill(words.text, { order_reference: "" }, "text"), "See this and that (https://shop.test/that).\nNext line.\n\n- one & two\n- three\n\n1. first\n2. second\n");
  assert.match(fill(words.page, {}, "html"), /<ul><li>one &amp; two<\/li><li><strong>three<\/strong><\/li><\/ul>\n<ol><li>first/);
});

test("the mail names its language and its store, and shows the first sentence that says something beside the subject", () => {
  const html = fill(say("Hello {{ first_name }},\n\nIt is **late**.\n\nBye").html, { first_name: "A", order_reference: "#1" }, "html");
  assert.match(html, /<html lang="en"/);
  assert.match(html, /<title>About #1<\/title>/);
  assert.match(html, /display:none[^>]*>It is late\.<\/div>/);
  assert.match(html, />Fjord &amp; &lt;Fern&gt;</);
  assert.match(html, /prefers-color-scheme: dark/);
  assert.doesNotMatch(html, /%%/);
});

test("a mail fetches nothing from anybody", () => {
  assert.doesNotMatch(fill(say("Hello").html, { order_reference: "" }, "html"), /<img|<link|@import|url\(|<script|googleapis/i);
});

test("choices decide the words, and words that differ have another version", () => {
  const body = "{% if named == 'yes' %}Hello {{ first_name }}{% else %}Hello{% endif %}";
  const [named, nameless] = [say(body, "yes"), say(body, "no")];
  assert.deepEqual(named.slots, ["order_reference", "first_name"]);
  assert.deepEqual(nameless.slots, ["order_reference"]);
  assert.notEqual(named.version, nameless.version);
  assert.equal(say(body, "yes"), named, "compiled once");
  assert.notEqual(compileWords(playbookSaying(body, body), "first", "en", { named: "yes" }, { ...BRANDING, colour: "#000000" }).version, named.version);
});

test("a choice outside its closed list, a missing message and a missing value are our own mistakes", () => {
  assert.throws(() => say("x", "maybe"), /named of late to be one of yes, no, got maybe/);
  assert.throws(() => compileWords(playbookSaying("x"), "first", "fr", { named: "no" }, BRANDING), /message first in fr/);
  assert.throws(() => fill(say("{{ amount }}").text, {}, "text"), /slot amount/);
});

test("the page has the mail's title and paragraphs", () => {
  const words = say("Hello.\n\nIt is {{ amount }}.");
  assert.deepEqual(pageWords(words, { amount: "1 < 2", order_reference: "#1" }), { title: "About #1", html: "<p>Hello.</p>\n<p>It is 1 &lt; 2.</p>", locale: "en" });
});

test("a button's words are readable on any colour", () => {
  assert.equal(readableOn("#1f4d3a"), "#ffffff");
  assert.equal(readableOn("#ffee00"), "#000000");
});
