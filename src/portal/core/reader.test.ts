import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptedLanguage, readerOf } from "./reader.ts";

const store = { storeLocale: "en", storeZone: "America/New_York" };

test("the language that a reader chose wins, then the order's, then the store's", () => {
  assert.equal(readerOf({ ...store, chosen: "de", locale: "en-GB" }).language, "de");
  assert.equal(readerOf({ ...store, locale: "de-AT" }).language, "de");
  assert.equal(readerOf({ ...store, storeLocale: "de", locale: "it" }).language, "de");
  assert.equal(readerOf({ ...store, storeLocale: "it", locale: "it", chosen: "<script>" }).language, "en");
  for (const locale of ["fr", "fr-CA", "fr-BE", "fr_CH"]) assert.equal(readerOf({ ...store, locale }).language, "fr");
});

test("dates look as they do where the reader lives, whatever the language", () => {
  assert.equal(readerOf({ ...store, locale: "en-GB" }).format, "en-GB");
  assert.equal(readerOf({ ...store, locale: "de_AT" }).format, "de-AT");
  assert.equal(readerOf({ ...store, locale: "de", country: "CH" }).format, "de-CH");
  assert.equal(readerOf({ ...store, locale: "de-AT", chosen: "en" }).format, "en-AT");
});

test("days are those of the reader's country where it has one zone, else the store's", () => {
  assert.equal(readerOf({ ...store, country: "AT" }).zone, "Europe/Vienna");
  assert.equal(readerOf({ ...store, country: "AU" }).zone, "America/New_York");
  assert.equal(readerOf({ ...store, country: "nonsense" }).zone, "America/New_York");
});

test("a page that belongs to no order takes the first language that it is written in", () => {
  assert.equal(acceptedLanguage("it-IT,de;q=0.8,en;q=0.5"), "de");
  assert.equal(acceptedLanguage("fr-CH,fr;q=0.9,de;q=0.8"), "fr");
  assert.equal(acceptedLanguage(undefined), "en");
});
