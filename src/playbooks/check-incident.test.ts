import assert from "node:assert/strict";
import { test } from "node:test";
import { checkPlaybook } from "./check-playbook.ts";
import type { Playbook } from "./core/model.ts";
import { problemText } from "./core/problem.ts";
import { fromSnapshot, isDetected, snapshot, undetected } from "./index.ts";

const DEFINITION = `title: Down
summary: It is down.
owner: ops
subject: checkout
locales: [en]
detects:
  - on: incident.declared
  - on: surge.seen
    of: failed-payments
    times: 3
    over: 10m
promises:
  - rule: first-notice
    kind: first_notice_by
    starts: case.opened
    due: 60m
    basis: policy
    owner: ops
    owedTo: customer
  - rule: public-first
    kind: first_notice_by
    starts: incident.opened
    due: 15m
    basis: policy
    owner: ops
    owedTo: customer
  - rule: public-update
    kind: next_update_by
    starts: statement.released
    due: 30m
    basis: policy
    owner: ops
    owedTo: customer
notices:
  - kind: first
    on: opened
    within: 60m
    message: first
publicNotices:
  - kind: public-first
    on: incident.opened
    within: 15m
    message: public
    surfaces: [status_page]
  - kind: public-update
    on: statement.due
    within: 30m
    message: public
    surfaces: [status_page]
  - kind: public-over
    on: incident.ended
    within: 30m
    message: public
    surfaces: [status_page]
release:
  role: counsel
  because: It has consequences.
choices:
  stage: [on, over]
  named: [yes, no]
  has_next_update_by: [yes, no]
channels: [status_page, email]
remedies: [note]
readiness: [coordinator-named]
insight:
  - metric: cadence-kept
    look: Whether it came in time.
`;

const STATEMENT = `{% part happened %}
It is down since {{ started_at }}.
{% part means %}
You cannot pay.
{% part done %}
{% if stage == 'over' %}It is up.{% endif %}
{% part can %}
Wait.
{% part remedy %}
None.
{% part next %}
{% if has_next_update_by == 'yes' %}More by {{ next_update_by }}.{% endif %}
`;

const TEXTS = {
  "playbook.yaml": DEFINITION,
  "page.md": "# Down",
  "runbook.md": "# Down\n\n1. **Look.** (ops, 5m)\n",
  "messages/statement.en.liquid": STATEMENT,
  "messages/public.en.liquid": "---\nsubject: It is down\n---\n{% statement %}\n\nWrite to {{ support_contact }}.\n",
  "messages/first.en.liquid": "---\nsubject: It is down\n---\nHello{% if named == 'yes' %} {{ first_name }}{% endif %},\n\n{% statement happened next %}\n\nWrite to {{ support_contact }}.\n",
} as const;

function checked(change: Readonly<Record<string, string>> = {}, override?: Readonly<Record<string, string>>) {
  const files = { slug: "down", shownAs: "playbooks/down", texts: new Map(Object.entries({ ...TEXTS, ...change })) };
  return checkPlaybook(files, override && { slug: "down", shownAs: "store/down", texts: new Map(Object.entries(override)) });
}

function playbookOf(change?: Readonly<Record<string, string>>, override?: Readonly<Record<string, string>>): Playbook {
  const result = checked(change, override);
  assert.ok(result.ok, result.ok ? "" : result.error.map(problemText).join("\n"));
  return result.value;
}

/** One change to a file, and the one problem that it must give. */
function problem(file: keyof typeof TEXTS, from: string, to: string, expected: RegExp): void {
  assert.ok(TEXTS[file].includes(from), from);
  const result = checked({ [file]: TEXTS[file].replace(from, to) });
  const problems = result.ok ? [] : result.error.map(problemText);
  assert.equal(problems.length, 1, problems.join("\n"));
  assert.match(problems[0] ?? "", expected);
}

test("the statement stands in every message that says it, whole or in part, in the same words", () => {
  const { messages } = playbookOf();
  const said = messages["public"]?.["en"]?.body ?? "";
  assert.match(said, /^It is down since \{\{ started_at \}\}\.\n\nYou cannot pay\.\n\n[^]*Wait\.\n\nNone\.\n\n[^]*More by/);
  const own = messages["first"]?.["en"]?.body ?? "";
  assert.match(own, /It is down since \{\{ started_at \}\}\.\n\n\{% if has_next_update_by/);
  assert.doesNotMatch(own + said, /You cannot pay\.[^]*You cannot pay|\{% (?:part|statement)/);
  assert.doesNotMatch(own, /You cannot pay/);
});

test("a store changes the statement once, and every message says it so", () => {
  const { messages } = playbookOf({}, { "messages/statement.en.liquid": STATEMENT.replace("It is down since", "Sorry: down since"), "override.yaml": "promises:\n  public-update: { due: 20m }\nnotices:\n  public-update: { within: 20m }\n" });
  for (const name of ["public", "first"]) assert.match(messages[name]?.["en"]?.body ?? "", /Sorry: down since/);
});

test("what nothing detects yet is known as such, and nothing else is", () => {
  assert.deepEqual(undetected(playbookOf()), { waits: ["incident.declared", "surge.seen"], none: true });
  const mixed = playbookOf({ "playbook.yaml": DEFINITION.replace("- on: incident.declared", "- on: refund.failed") });
  assert.deepEqual(undetected(mixed), { waits: ["surge.seen"], none: false });
  assert.deepEqual(mixed.detects.filter(isDetected), [{ on: "refund.failed" }]);
});

test("a kept version keeps what everybody is told, and who must release it", () => {
  const playbook = playbookOf();
  assert.deepEqual(fromSnapshot(JSON.parse(JSON.stringify(snapshot(playbook))) as object, playbook.version), playbook);
  assert.notEqual(playbookOf({ "messages/statement.en.liquid": STATEMENT.replace("Wait.", "Go.") }).version, playbook.version);
  assert.notEqual(playbookOf({ "playbook.yaml": DEFINITION.replace("role: counsel", "role: owner") }).version, playbook.version);
});

test("each mistake in what is told to everybody is shown with its line, what is wrong and what to do", () => {
  const yaml = (from: string, to: string, expected: RegExp) => problem("playbook.yaml", from, to, expected);
  yaml("on: incident.declared", "on: incident.felt", /^playbooks\/down\/playbook\.yaml:7:9: .*`on` must be order\.cancelled.*one that nothing detects yet: incident\.declared, surge\.seen/);
  yaml("of: failed-payments", "of: luck", /:9:9: .*is not in its list\. Use one of: failed-payments, tickets/);
  yaml("times: 3", "times: 1", /:10:12: `detects\.1\.times` is not right/);
  yaml("on: incident.ended", "on: incident.over", /:51:9: .*is not in its list\. Use one of: incident\.opened, statement\.due, incident\.ended/);
  yaml("  - kind: public-over\n    on: incident.ended\n    within: 30m\n    message: public\n    surfaces: [status_page]\n", "", /:40:3: 0 notices have `on: incident\.ended`, which tells everybody that it is over\. Declare exactly one under publicNotices/);
  yaml("starts: statement.released", "starts: incident.opened", /:13:3: The notice public-update is not promised to everybody\. Declare exactly one promise of kind next_update_by that starts at statement\.released/);
  yaml("due: 15m", "due: 10m", /:42:13: The notice public-first may take 15m, but it is promised within 10m/);
  yaml("channels: [status_page, email]", "channels: [email]", /:62:11: Everybody is told on status_page, which is not among the channels/);
  yaml("surfaces: [status_page]", "surfaces: [email]", /:44:16: .*is not in its list\. Use one of: status_page, banner, social/);
  yaml("kind: public-update", "kind: first", /:45:11: Two notices are called first/);
  yaml("  role: counsel\n", "", /:56:3: `release\.role` is missing/);
  yaml("subject: checkout", "subject: basket", /:4:10: .*is not in its list\. Use one of: order, checkout/);
});

test("each mistake in a statement is shown with its line, what is wrong and what to do", () => {
  const statement = (from: string, to: string, expected: RegExp) => problem("messages/statement.en.liquid", from, to, expected);
  statement("{% part means %}\nYou cannot pay.\n", "", /^playbooks\/down\/messages\/statement\.en\.liquid:3:1: The part done does not belong here\. Write \{% part happened %\}, \{% part means %\}/);
  statement("{% part next %}\n{% if has_next_update_by == 'yes' %}More by {{ next_update_by }}.{% endif %}\n", "", /:11:1: The statement has no part next/);
  statement("{% part can %}\nWait.\n", "{% part can %}\n", /:7:15: The part can says nothing/);
  statement("{% part happened %}", "Hello.\n{% part happened %}", /:1:1: This stands before the first part/);
  statement("You cannot pay.", "You cannot pay, {{ first_name }}.", /:4:17: `first_name` is one customer's, and this is told to everybody\. Use one of: store_name/);
  statement("None.", "{{ amount }}", /:10:1: `amount` is one customer's/);
  statement("None.", "{% if stage == 'on' %}None.", /:10:1: Liquid cannot read this/);
  statement("None.", "# None", /:10:1: Markdown `heading`/);
});

test("each mistake in how a message says the statement is shown with its line, what is wrong and what to do", () => {
  problem("messages/first.en.liquid", "{% statement happened next %}", "{% statement happened now %}", /^playbooks\/down\/messages\/first\.en\.liquid:6:1: A statement has no part now\. Use one of: happened, means, done/);
  problem("messages/public.en.liquid", "{% statement %}", "It is down.", /public\.en\.liquid:4:1: The message does not say the statement/);
  problem("messages/public.en.liquid", "{% statement %}", "{% statement %} {{ basket_page }}", /public\.en\.liquid:4:17: `basket_page` is one customer's/);
  problem("messages/first.en.liquid", "Write to", "Order {{ order_reference }}. Write to", /first\.en\.liquid:8:7: `order_reference` is of cases about: order\. Those of this playbook are about: checkout\. Remove it, or correct subject/);
  problem("messages/first.en.liquid", "Write to", "{{ basket_page }} Write to", /:8:1: `basket_page` is empty for some readers\. Show it only inside \{% if has_basket_page == 'yes' %\}/);
  const { "messages/statement.en.liquid": _, ...others } = TEXTS;
  const files = { slug: "down", shownAs: "playbooks/down", texts: new Map(Object.entries(others)) };
  const result = checkPlaybook(files);
  assert.deepEqual(result.ok ? [] : result.error.map((each) => problemText(each).replace(/\. [A-Z].*/, "")), [
    "playbooks/down/messages/public.en.liquid:4:1: This playbook has no statement to say",
    "playbooks/down/messages/first.en.liquid:6:1: This playbook has no statement to say",
    "playbooks/down/playbook.yaml:5:10: There is no messages/statement.en.liquid",
  ]);
});

test("what only the team hears leaves by the team's channels, and needs no way to a person", () => {
  const internal = DEFINITION
    .replace("subject: checkout", "subject: listing\naudience: team")
    .replace(/publicNotices:[^]*?release:/, "release:")
    .replace("owedTo: customer", "owedTo: team")
    .replace("channels: [status_page, email]", "channels: [team_chat]");
  const texts = { "messages/first.en.liquid": "---\nsubject: It is down\n---\n{{ affected_count }} are down. {% statement happened %}\n" };
  const { "messages/public.en.liquid": _, ...others } = { ...TEXTS, ...texts };
  const problemsOf = (yaml: string): string[] => {
    const result = checkPlaybook({ slug: "down", shownAs: "playbooks/down", texts: new Map(Object.entries({ ...others, "playbook.yaml": yaml })) });
    return result.ok ? [] : result.error.map(problemText);
  };
  assert.deepEqual(problemsOf(internal), []);
  assert.match(problemsOf(internal.replace("[team_chat]", "[team_chat, status_page]"))[0] ?? "", /status_page reaches customers, and this playbook speaks to the team\. Use team_chat or email/);
  assert.match(problemsOf(internal.replace("owedTo: team", "owedTo: customer"))[0] ?? "", /The first notice is not promised to the team/);
});
