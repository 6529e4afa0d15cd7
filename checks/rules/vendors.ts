import { ADAPTER_FOLDER, isTest } from "../layout.ts";
import type { Check, Violation } from "../model.ts";
import type { Tree } from "../tree.ts";

/** Vendors that have no adapter here, or one under another name. Those that have one are known by its folder. */
const OTHERS = ["amazon", "bigcommerce", "klarna", "magento", "mollie", "sendcloud", "shopware", "twilio", "zendesk"] as const;

/** A vendor's adapter; a channel is no vendor, those who carry it are. A name of three letters stands in too many words to be told apart from them. */
const ADAPTER = /^src\/[a-z]+\/(?:sources|channels\/[a-z]+|issuers|evidence)\/([a-z\d-]{4,})\/index\.ts$/;
/** An adapter of a format that anybody may speak. */
const OF_NOBODY = /kind: "generic"/;

/** A vendor whose own formats carry another's name: the headers of SendGrid and the hosts of SES bear their owners'. */
const OWNED: Readonly<Record<string, string>> = { amazon: "/ses/", twilio: "sendgrid" };

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
    const named = new RegExp([...OTHERS, ...vendorsOf(tree)].join("|"), "gi");
    return { seen: judged.length, violations: judged.flatMap((file) => strangersIn(named, file, tree.text(file))) };
  },
};

function vendorsOf(tree: Tree): readonly string[] {
  return tree.files.flatMap((file) => {
    const vendor = ADAPTER.exec(file)?.[1];
    return vendor === undefined || OF_NOBODY.test(tree.text(file)) ? [] : [vendor];
  });
}

function strangersIn(vendors: RegExp, file: string, text: string): Violation[] {
  const inAdapters = ADAPTER_FOLDER.test(file);
  return text.split("\n").flatMap((content, index) => {
    const named = new Set(
      [...content.matchAll(vendors)]
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
