import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkPlaybook } from "./check-playbook.ts";
import type { PlaybookFiles } from "./check-playbook.ts";
import type { Playbook } from "./core/model.ts";
import { problemText } from "./core/problem.ts";

const DEFINITION = `title: Late
summary: It is late.
owner: ops
locales: [en, de]
detects:
  - on: promise.broken
    rules: [refund]
promises:
  - rule: first-notice
    kind: first_notice_by
    starts: case.opened
    due: 60m
    basis: policy
    owner: ops
    owedTo: customer
  - rule: refund
    kind: refund_by
    starts: refund.owed
    due: 7bd
    basis: { law: 16 CFR 435.2 }
    countries: [US]
    owner: ops
    owedTo: customer
    restsOn: [shop]
notices:
  - kind: first
    on: opened
    within: 60m
    message: first
choices:
  money: [due, sent]
  named: [yes, no]
channels: [email]
remedies: [refund]
readiness: [mail-provider-configured]
insight:
  - metric: owed
    look: What is late.
`;

const RUNBOOK = `# Late: what you do

1. **Look.** (ops, 30m) At the list.
2. **Send it.** (finance, 4h)
`;

const MESSAGE = `---
subject: About order {{ order_reference }}
---
Hello{% if named == 'yes' %} {{ first_name }}{% endif %},

{% case money %}
{% when 'due' %}
We owe you **{{ amount }}**.
{% else %}
It is on its way.
{% endcase %}

Write to {{ support_contact }}.
`;

type Change = Readonly<Record<string, string | undefined>>;

function folder(change: Change = {}): PlaybookFiles {
  const texts = { "playbook.yaml": DEFINITION, "page.md": "# Late", "runbook.md": RUNBOOK, "messages/first.en.liquid": MESSAGE, "messages/first.de.liquid": MESSAGE, ...change };
  return { slug: "late", shownAs: "playbooks/late", texts: new Map(Object.entries(texts).filter((entry): entry is [string, string] => entry[1] !== undefined)) };
}

function overrideOf(texts: Readonly<Record<string, string>>): PlaybookFiles {
  return { slug: "late", shownAs: "store/late", texts: new Map(Object.entries(texts)) };
}

function problemsOf(change: Change, override?: PlaybookFiles): string[] {
  const checked = checkPlaybook(folder(change), override);
  return checked.ok ? [] : checked.error.map(problemText);
}

function playbookOf(change: Change = {}, override?: PlaybookFiles): Playbook {
  const checked = checkPlaybook(folder(change), override);
  assert.ok(checked.ok, checked.ok ? "" : checked.error.map(problemText).join("\n"));
  return checked.value;
}

/** One change to the definition, and the one problem that it must give. */
function definitionProblem(from: string, to: string, expected: RegExp): void {
  assert.ok(DEFINITION.includes(from), from);
  const problems = problemsOf({ "playbook.yaml": DEFINITION.replace(from, to) });
  assert.equal(problems.length, 1, problems.join("\n"));
  assert.match(problems[0] ?? "", expected);
}

function messageProblem(from: string, to: string, expected: RegExp): void {
  assert.ok(MESSAGE.includes(from), from);
  const problems = problemsOf({ "messages/first.de.liquid": MESSAGE.replace(from, to) });
  assert.equal(problems.length, 1, problems.join("\n"));
  assert.match(problems[0] ?? "", expected);
}

test("a playbook that keeps the rules is read as it is written", () => {
  const playbook = playbookOf();
  assert.deepEqual(playbook.promises[1]?.due, { amount: 7, unit: "business_days" });
  assert.deepEqual(playbook.promises[1]?.basis, { kind: "law", citation: "16 CFR 435.2" });
  assert.deepEqual(playbook.promises[0]?.restsOn, []);
  assert.deepEqual(playbook.choices["named"], ["yes", "no"]);
  assert.equal(playbook.messages["first"]?.["en"]?.subject, "About order {{ order_reference }}");
});

test("each mistake in a definition is shown with its line, what is wrong and what to do", () => {
  definitionProblem("due: 7bd", "due: a week", /^playbooks\/late\/playbook\.yaml:19:10: `promises\.1\.due` is not a length of time\. Write 60m, 48h, 14d or 7bd/);
  definitionProblem("due: 7bd", "due: 0h", /:19:10: .*not a length of time/);
  definitionProblem("owner: ops\nlocales", "ownr: ops\nowner: ops\nlocales", /:3:7: `ownr` is not a word of the playbook language here/);
  definitionProblem("summary: It is late.\n", "", /`summary` is missing\. Add it/);
  definitionProblem("kind: refund_by", "kind: refund_soon", /:17:11: .*not in its list\. Use one of: ship_by/);
  definitionProblem("{ law: 16 CFR 435.2 }", "law", /:20:12: .*neither policy, statement nor a law with its citation/);
  definitionProblem("countries: [US]", "countries: [usa]", /:21:17: .*is not a country/);
  definitionProblem("rules: [refund]", "rules: [refnd]", /:7:13: It waits for the promise refnd to break, which this playbook does not make/);
  definitionProblem("- on: promise.broken\n    rules: [refund]", "- on: order.lost", /:6:9: .*`on` must be order\.cancelled/);
  definitionProblem("locales: [en, de]", "locales: [en, de, fr]", /:29:14: There is no messages\/first\.fr\.liquid\./);
  definitionProblem("locales: [en, de]", "locales: [en]", /first\.de\.liquid:1:1: No notice says this/);
  definitionProblem("on: opened", "on: closed", /:26:3: 0 notices are sent when a case opens/);
  definitionProblem("within: 60m", "within: 2h", /:28:13: The first notice may take 2h, but it is promised within 60m/);
  definitionProblem("starts: case.opened", "starts: refund.owed", /:9:5: The first notice is not promised to the customer/);
  definitionProblem("rule: first-notice", "rule: refund", /:16:11: Two promises are called refund\./);
  definitionProblem("money: [due, sent]", "money: [due, sent]\n  amount: [a]", /:3[01]:\d+: The choice amount has the name of a slot/);
  definitionProblem("readiness: [mail-provider-configured]", "readiness: [page-rota-filled, mail-configured]", /:35:\d+: .*is not in its list\. Use one of: mail-provider-configured, reply-address-monitored/);
  definitionProblem("metric: owed", "metric: luck", /:37:13: .*is not in its list\. Use one of: cases, told-in-time/);
  definitionProblem("insight:\n  - metric: owed\n    look: What is late.", "insight: []", /:36:10: `insight` is empty\. Name at least one/);
  definitionProblem("channels: [email]", "channels: [email, email]", /:33:\d+: .*repeats email/);
  definitionProblem("title: Late\nsummary: It is late.", "title: &a Late\nsummary: *a", /:2:10: `\*a` repeats another part/);
  definitionProblem("title: Late", "title: [", /is not valid YAML/);
  definitionProblem("title: Late", "title: Late\ntitle: Later", /:2:1: This is not valid YAML/);
});

test("each mistake in a message is shown with its line, what is wrong and what to do", () => {
  messageProblem("{{ amount }}", "{{ amuont }}", /^playbooks\/late\/messages\/first\.de\.liquid:8:14: `amuont` is not a slot\. Use one of: store_name/);
  messageProblem("{{ amount }}", "{{ amount | upcase }}", /:8:14: The filter `upcase` cannot be applied: texts are compiled before/);
  messageProblem("{{ amount }}", "{{ order.total }}", /:8:14: This is not the name of a slot/);
  messageProblem("{% when 'due' %}", "{% when 'do' %}", /:7:9: `money` never is 'do'\. Use one of: due, sent/);
  messageProblem("{% case money %}", "{% case cash %}", /`cash` is not a choice of this playbook\. Declare it under choices/);
  messageProblem("{% else %}\nIt is on its way.\n", "", /:6:1: This case says nothing where `money` is sent/);
  messageProblem("{% if named == 'yes' %}", "{% if named == 'no' %}", /:4:29: `first_name` is empty for some readers\. Show it only inside/);
  messageProblem("{% if named == 'yes' %} {{ first_name }}", "{% if named %}", /:4:6: This condition does not compare a choice with a value/);
  messageProblem("Write to {{ support_contact }}.", "Bye.", /:4:1: The message names no way to a person in every case/);
  messageProblem("We owe you **{{ amount }}**.", "Write to {{ support_contact }}. <b>Now</b>", /:8:33: HTML is not allowed in a message/);
  messageProblem("We owe", "{% assign x = 1 %}We owe", /:8:1: The tag `assign` is not part of the playbook language/);
  messageProblem("{% endcase %}", "", /Liquid cannot read this: tag .*case.* not closed/);
  messageProblem("Write to", "![x](https://shop.test/x.png) Write to", /:13:1: Markdown `image` cannot be shown alike/);
  messageProblem("Write to", "# Title\n\nWrite to", /:13:1: Markdown `heading`/);
  messageProblem("Write to", "[here](http://shop.test) Write to", /:13:1: The link http:\/\/shop\.test does not begin with https/);
  messageProblem("Write to", "[here]({{ amount }}) Write to", /:13:1: `amount` holds no address to link to/);
  messageProblem("subject: About order {{ order_reference }}", "subject: About {{ order }}", /:2:10: `order` is not a slot/);
  messageProblem("subject: About order {{ order_reference }}", "subject: ''", /:2:10: `subject` is empty/);
  messageProblem("---\nsubject", "subject", /:1:1: The file does not begin with its front matter/);
  messageProblem("Write to", "Write\uE000 to", /:13:6: This character is for private use/);
});

test("each mistake in a runbook is shown with its line, what is wrong and what to do", () => {
  const problem = (from: string, to: string, expected: RegExp) => {
    assert.ok(RUNBOOK.includes(from), from);
    const problems = problemsOf({ "runbook.md": RUNBOOK.replace(from, to) });
    assert.equal(problems.length, 1, problems.join("\n"));
    assert.match(problems[0] ?? "", expected);
  };
  problem("# Late", "Late", /^playbooks\/late\/runbook\.md:1:1: The runbook has no title\. Begin with a line such as/);
  problem("1. **Look.** (ops, 30m) At the list.\n2. **Send it.** (finance, 4h)\n", "", /:1:1: The runbook has no step\. Write it on one line/);
  problem(" At the list.", "\nAt the list.", /:4:1: This is not a step\. Write it on one line: 1\. \*\*What to do\.\*\* \(role, 30m\)/);
  problem("(ops, 30m)", "(Ops, 30m)", /:3:1: This is not a step/);
  problem("(ops, 30m)", "(ops, soon)", /:3:1: soon is not a length of time\. Write 30m, 4h/);
  problem("2. **Send", "3. **Send", /:4:1: Step 3 stands where step 2 belongs/);
  problem("(finance, 4h)", "(finance, 10m)", /:4:1: Step 2 is to be done within 10m, before the step above it \(30m\)/);
  problem("(ops, 30m)", "(shipping, 30m)", /:1:1: No step is for ops, who owns the cases/);
  problem("At the list.", "x".repeat(400), /:3:1: The step has 424 letters\. Keep it under 300/);
  problem("2. **Send it.** (finance, 4h)\n", Array.from({ length: 8 }, (_, index) => `${index + 2}. **Send it.** (finance, 4h)\n`).join(""), /:1:1: The runbook has 9 steps\. Keep it to 8/);
  assert.match(problemsOf({ "runbook.md": undefined })[0] ?? "", /runbook\.md:1:1: There is no runbook\. Say who does what, in order, and by when/);
  assert.deepEqual(playbookOf().runbook[1], { what: "Send it.", role: "finance", within: { amount: 4, unit: "hours" }, how: "" });
});

test("whatever is done to the files, the checker answers with a playbook or with problems that stand in a file", () => {
  const parts = fc.constantFrom("{{", "}}", "{%", "%}", "{% if", "{% endif %}", "'", "\"", "*", "&a", "*a", ":", "- ", "\n", "---\n", "[", "]", "{", "}", "<b>", "off", "~", "!!x", "__proto__: 1\n", "\t", "é", " ");
  const file = fc.constantFrom("playbook.yaml", "messages/first.en.liquid", "override.yaml");
  const override = { "override.yaml": "promises:\n  first-notice: { due: 2h }\n" };
  fc.assert(
    fc.property(file, fc.array(fc.tuple(fc.nat(), fc.nat(40), parts), { minLength: 1, maxLength: 4 }), (name, edits) => {
      const before = { ...override, "playbook.yaml": DEFINITION, "messages/first.en.liquid": MESSAGE }[name] ?? "";
      const text = edits.reduce((each, [at, remove, insert]) => each.slice(0, at % each.length) + insert + each.slice((at % each.length) + remove), before);
      const checked = name === "override.yaml" ? checkPlaybook(folder(), overrideOf({ [name]: text })) : checkPlaybook(folder({ [name]: text }), overrideOf(override));
      if (checked.ok) return;
      assert.ok(checked.error.length > 0);
      for (const { line, column, what, next } of checked.error) {
        assert.ok(line >= 1 && line <= DEFINITION.split("\n").length + 10 && column >= 1);
        assert.ok(what.length > 0 && next.length > 0);
      }
    }),
    { numRuns: 400 },
  );
});

test("all mistakes are shown at once, those of every file", () => {
  const problems = problemsOf({
    "playbook.yaml": DEFINITION.replace("rules: [refund]", "rules: [a, b]").replace("within: 60m", "within: 9h"),
    "page.md": undefined,
    "messages/first.en.liquid": MESSAGE.replace("{{ amount }}", "{{ a }} {{ b }}"),
    "messages/first.de.liquid": undefined,
    "notes.txt": "x",
  });
  const places = problems.map((problem) => problem.split(": ")[0]);
  assert.deepEqual(places, [
    "playbooks/late/notes.txt:1:1",
    "playbooks/late/playbook.yaml:7:13",
    "playbooks/late/playbook.yaml:7:16",
    "playbooks/late/playbook.yaml:28:13",
    "playbooks/late/messages/first.en.liquid:8:14",
    "playbooks/late/messages/first.en.liquid:8:22",
    "playbooks/late/playbook.yaml:29:14",
    "playbooks/late/page.md:1:1",
  ]);
});

test("a version stands for everything that a playbook does or says", () => {
  const { version } = playbookOf();
  assert.equal(playbookOf().version, version);
  // Spelling that changes nothing is no new version.
  assert.equal(playbookOf({ "playbook.yaml": `# a remark\n${DEFINITION.replace("[email]", "\n  - email")}` }).version, version);
  assert.notEqual(playbookOf({ "playbook.yaml": DEFINITION.replace("due: 7bd", "due: 6bd") }).version, version);
  assert.notEqual(playbookOf({ "messages/first.en.liquid": MESSAGE.replace("Write to", "Call") }).version, version);
  assert.notEqual(playbookOf({ "page.md": "# Another" }).version, version);
  assert.notEqual(playbookOf({ "runbook.md": RUNBOOK.replace("30m", "20m") }).version, version);
});

test("a store changes spans, owners, notices and words without copying the playbook", () => {
  const override = overrideOf({
    "override.yaml": "owner: boss\nlocales: [fr]\npromises:\n  first-notice: { due: 4h }\nnotices:\n  first: { within: 2h }\n",
    "messages/first.de.liquid": MESSAGE.replace("Write to", "Schreiben Sie an"),
    "messages/first.fr.liquid": MESSAGE,
  });
  const playbook = playbookOf({}, override);
  assert.equal(playbook.owner, "boss");
  assert.deepEqual(playbook.promises[0]?.due, { amount: 4, unit: "hours" });
  assert.deepEqual(playbook.notices[0]?.within, { amount: 2, unit: "hours" });
  assert.match(playbook.messages["first"]?.["de"]?.body ?? "", /Schreiben Sie an/);
  assert.match(playbook.messages["first"]?.["en"]?.body ?? "", /Write to/);
  assert.deepEqual(Object.keys(playbook.messages["first"] ?? {}).sort(), ["de", "en", "fr"]);
  assert.notEqual(playbook.version, playbookOf().version);
});

test("a promise that a store switches off is not made and opens no case", () => {
  const detects = DEFINITION.replace("detects:\n", "detects:\n  - on: refund.failed\n");
  const playbook = playbookOf({ "playbook.yaml": detects }, overrideOf({ "override.yaml": "promises:\n  refund: off\n" }));
  assert.deepEqual(playbook.promises.map(({ rule }) => rule), ["first-notice"]);
  assert.deepEqual(playbook.detects, [{ on: "refund.failed" }]);
});

test("an override is checked as strictly as a playbook, at its own lines", () => {
  const problem = (override: string, expected: RegExp) => {
    const problems = problemsOf({}, overrideOf({ "override.yaml": override }));
    assert.equal(problems.length, 1, problems.join("\n"));
    assert.match(problems[0] ?? "", expected);
  };
  problem("promises:\n  refnd: off\n", /^store\/late\/override\.yaml:2:\d+: The playbook has no refnd under promises\. Use one of: first-notice, refund/);
  problem("promises:\n  refund: never\n", /^store\/late\/override\.yaml:2:11: .*neither off nor a patch/);
  problem("promises:\n  refund: off\n", /^store\/late\/override\.yaml:2:3: Nothing opens a case/);
  problem("notices:\n  first: off\n", /^store\/late\/override\.yaml:2:3: 0 notices are sent when a case opens/);
  problem("promises:\n  first-notice: { due: 30m }\n", /playbook\.yaml:28:13: The first notice may take 60m, but it is promised within 30m/);
  problem("locales: [fr]\n", /playbook\.yaml:29:14: There is no messages\/first\.fr\.liquid/);
  problem("remedies: []\n", /^store\/late\/override\.yaml:1:\d+: `remedies` is not a word/);
  const words = problemsOf({}, overrideOf({ "messages/first.en.liquid": MESSAGE.replace("{{ amount }}", "{{ amuont }}"), "messages/second.en.liquid": MESSAGE }));
  assert.deepEqual(words.map((each) => each.split(": ")[0]), ["store/late/messages/first.en.liquid:8:14", "store/late/messages/second.en.liquid:1:1"]);
});

const withSms = (sms: string) => ({ "playbook.yaml": DEFINITION.replace("channels: [email]", "channels: [email, sms]"), "messages/first.en.liquid": MESSAGE.replace("---\nHello", `sms: "${sms}"\n---\nHello`), "messages/first.de.liquid": MESSAGE.replace("---\nHello", `sms: "${sms}"\n---\nHello`) });

test("where texts are among the channels each message says what a text says, at the line that asks for it", () => {
  const problems = problemsOf({ "playbook.yaml": DEFINITION.replace("channels: [email]", "channels: [email, sms]") });
  assert.equal(problems.length, 2);
  assert.match(problems[0] ?? "", /playbooks\/late\/playbook\.yaml:\d+.*messages\/first\.en\.liquid has no words for a text/);
  assert.deepEqual(problemsOf(withSms("{{ store_name }}: order {{ order_reference }}. {{ order_page }}")), []);
  assert.equal(playbookOf(withSms("{{ store_name }}: {{ order_page }}")).messages["first"]?.["en"]?.sms, "{{ store_name }}: {{ order_page }}");
});

test("a text names its sender and a way on in every case, is plain, and branches and fills as other texts do", () => {
  const only = (sms: string) => problemsOf(withSms(sms)).find((problem) => problem.includes("first.en")) ?? "";
  assert.match(only("Order {{ order_reference }}: {{ order_page }}"), /first\.en\.liquid:3:\d+.*whom it is from/);
  assert.match(only("{{ store_name }}: order {{ order_reference }}"), /no way on in every case/);
  assert.match(only("{{ store_name }}{% if money == 'due' %}: {{ order_page }}{% endif %}"), /no way on in every case/);
  assert.match(only("{{ store_name }}: **{{ order_page }}**"), /plain/);
  assert.match(only("{{ store_name }}: <b>{{ order_page }}</b>"), /plain/);
  assert.match(only("{{ store_name }}: {{ order_page }} {{ tracking }}"), /`tracking` is not a slot/);
});

test("a text that long values would make longer than four segments is refused, with the case that does it", () => {
  const long = `{{ store_name }}: {{ order_page }} {% if money == 'due' %}${"y".repeat(520)}{% endif %}`;
  assert.match(problemsOf(withSms(long)).join(), /takes 5 segments where money is due \(\d+ characters of GSM-7\).*4 at most/);
  assert.deepEqual(problemsOf(withSms(long.replace("y".repeat(120), ""))), []);
  assert.match(problemsOf(withSms(`{{ store_name }}: {{ order_page }} ${"ж".repeat(200)}`)).join(), /UCS-2/);
});
