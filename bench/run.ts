import { cpus } from "node:os";
import { benchIntake } from "./intake.ts";
import { benchMail } from "./mail.ts";
import { benchOutreach } from "./outreach.ts";
import { benchPromises } from "./promises.ts";
import { benchReconcile } from "./reconcile.ts";
import { benchWebhookToMail } from "./webhook-to-mail.ts";

// `npm run bench [name…]`: every figure is a ratio to a baseline of the same run, or says what machine it is of.

const BENCHES: Readonly<Record<string, () => Promise<object>>> = {
  intake: benchIntake,
  promises: benchPromises,
  mail: benchMail,
  outreach: () => benchOutreach(),
  reconcile: () => benchReconcile(),
  webhookToMail: () => benchWebhookToMail(),
};

const asked = process.argv.slice(2).filter((name) => name !== "--json");
const unknown = asked.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(", ")}. Benches: ${Object.keys(BENCHES).join(", ")}.`);
  process.exit(2);
}
const figures: Record<string, object> = {};
for (const [name, bench] of Object.entries(BENCHES)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.error(`${name} …`);
  figures[name] = await bench();
  console.table(rowsOf(figures[name]));
}
const [cpu] = cpus();
console.log(JSON.stringify({ machine: { cpu: cpu?.model, cores: cpus().length, node: process.version }, ...figures, ...figures["webhookToMail"] }));

/** A figure a row; nested ones under their path. */
function rowsOf(found: object, path = ""): { figure: string; value: unknown }[] {
  return Object.entries(found).flatMap(([key, value]: [string, unknown]) => {
    const figure = path === "" ? key : `${path}.${key}`;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? rowsOf(value, figure) : [{ figure, value: Array.isArray(value) ? value.join(" ") : value }];
  });
}
