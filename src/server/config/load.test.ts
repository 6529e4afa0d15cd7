import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { describeProblems, loadConfig } from "./load.ts";

const EXAMPLE = readFileSync(join(import.meta.dirname, "../../../makegood.example.yaml"), "utf8");
const ENV = {
  MAKEGOOD_SECRET: "0123456789abcdef0123456789abcdef",
  SHOPIFY_SECRET: "shopify-secret",
  SHOPIFY_TOKEN: "shpat_token",
  STRIPE_SECRET: "whsec_secret",
  EASYPOST_SECRET: "tracker-secret",
  STRIPE_KEY: "rk_key",
  SMTP_PASSWORD: "pass",
  MAKEGOOD_API_KEY: "0123456789abcdef",
  SENDGRID_PUBLIC_KEY: "key",
};

const problemsOf = (text: string, env: Record<string, string> = ENV) => {
  const loaded = loadConfig(text, env);
  assert.equal(loaded.ok, false);
  return loaded.ok ? [] : loaded.error;
};

test("the committed example is a valid configuration", () => {
  const loaded = loadConfig(EXAMPLE, ENV);
  assert.ok(loaded.ok, loaded.ok ? "" : describeProblems("makegood.example.yaml", loaded.error));
});

test("a secret that the environment does not hold is named with its line", () => {
  const problems = problemsOf(EXAMPLE, { ...ENV, SMTP_PASSWORD: undefined as unknown as string });
  const line = EXAMPLE.split("\n").findIndex((text) => text.includes("${SMTP_PASSWORD}")) + 1;
  assert.ok(problems.some((problem) => problem.line === line && problem.what.includes("SMTP_PASSWORD")));
});

test("every problem is reported at once, each with its own line", () => {
  const broken = EXAMPLE.replace("zone: Europe/Berlin", "zone: Mars/Base").replace("lead: 15m", "lead: soon");
  const problems = problemsOf(broken);
  assert.deepEqual(
    problems.map((problem) => broken.split("\n")[problem.line - 1]?.trim()),
    ["zone: Mars/Base", "lead: soon"],
  );
});

test("a misspelt setting is refused, not ignored", () => {
  const problems = problemsOf(EXAMPLE.replace("publicUrl:", "publicURL:"));
  assert.ok(problems.some((problem) => problem.path === "publicURL" && problem.what.includes("check its spelling")));
  assert.ok(problems.some((problem) => problem.path === "publicUrl" && problem.what.includes("is missing")));
});

test("a person who is to be paged must exist", () => {
  const problems = problemsOf(EXAMPLE.replace("order: [Ada Keeper", "order: [Nobody"));
  assert.ok(problems.some((problem) => problem.what.includes("Nobody")));
});

test("the Monday list goes to a person who exists, at a time of the week", () => {
  const broken = EXAMPLE.replace("to: Ada Keeper", "to: Nobody").replace("at: Mon 08:00", "at: Mondays at eight");
  assert.ok(problemsOf(EXAMPLE.replace("to: Ada Keeper", "to: Nobody")).some((problem) => problem.path === "stores.main.mondayList.to" && problem.what.includes("Nobody")));
  assert.ok(problemsOf(broken).some((problem) => problem.path === "stores.main.mondayList.at" && problem.what.includes("such as Mon 08:00")));
});

test("a store without a human way out is refused", () => {
  const problems = problemsOf(EXAMPLE.replace(/ {4}support:\n {6}email: .*\n {6}phone: .*\n/, "    support:\n"));
  assert.ok(problems.some((problem) => problem.what.includes("no human way out")));
});

test("text that is not YAML is refused with its line", () => {
  const [problem] = problemsOf("stores:\n  a: [1, 2\nb: }");
  assert.ok(problem && problem.what.startsWith("is not valid YAML"));
});
