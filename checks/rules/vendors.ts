import { ADAPTER_FOLDER, isTest } from "../layout.ts";
import type { Check, Violation } from "../model.ts";

/** The vendors whose names may appear only in their own adapter. A new adapter adds its vendor here. */
const VENDORS = [
  "adyen", "aftership", "amazon", "bigcommerce", "easypost", "klarna", "magento", "mailgun", "mollie", "paypal", "postmark",
  "sendcloud", "sendgrid", "shippo", "shopify", "shopware", "stripe", "twilio", "woocommerce", "zendesk",
] as const;

/** A vendor whose own formats carry another's name: the headers of SendGrid and the hosts of SES bear their owners'. */
const OWNED: Readonly<Record<string, string>> = { amazon: "/ses/", twilio: "sendgrid" };

const NAMED = new RegExp(VENDORS.join("|"), "gi");
/** Part of a name (`stripeCharge`) counts, part of another word (`striped`) does not. */
const GOES_ON = /^[a-z]/;

/** Where any vendor may be named: the configuration's schema, captured payloads, and lists of the adapters. */
const MAY_NAME_ALL = [/^src\/server\/config(?:\.ts$|\/)/, /\/fixtures\//, /\/registry\.ts$/];

const JUDGED = /^(?:src|db|playbooks)\//;

/** Vendors live in their own file and nowhere else. */
export const vendors: Check = {
  name: "vendors",
  rules: ["vendors"],
  holds: "A vendor is named only in its own adapter file (sources/, channels/, issuers/, evidence/), the registries, the configuration schema, tests and docs.",
  counts: "files",
  run: (tree) => {
    const judged = tree.files.filter((file) => JUDGED.test(file) && !isTest(file) && !MAY_NAME_ALL.some((place) => place.test(file)));
    return { seen: judged.length, violations: judged.flatMap((file) => strangersIn(file, tree.text(file))) };
  },
};

function strangersIn(file: string, text: string): Violation[] {
  const inAdapters = ADAPTER_FOLDER.test(file);
  return text.split("\n").flatMap((content, index) => {
    const named = new Set(
      [...content.matchAll(NAMED)]
        .filter((match) => !GOES_ON.test(content.slice(match.index + match[0].length)))
        .map((match) => match[0].toLowerCase()),
    );
    return [...named]
      .filter((vendor) => !(inAdapters && [vendor, OWNED[vendor] ?? vendor].some((name) => file.toLowerCase().includes(name))))
      .map((vendor) => ({
        rule: "vendors",
        file,
        line: index + 1,
        what: `names the vendor "${vendor}"`,
        next: `move what is particular to ${vendor} into its adapter file; elsewhere speak of the source, channel or issuer`,
      }));
  });
}
