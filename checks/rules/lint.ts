import { inRepository, runTool } from "../external.ts";
import { CODE } from "../layout.ts";
import type { Check, Violation } from "../model.ts";

interface OxlintReport {
  readonly number_of_files: number;
  readonly diagnostics: readonly {
    readonly message: string;
    readonly code?: string;
    readonly help?: string;
    readonly filename: string;
    readonly labels: readonly { readonly span: { readonly line: number } }[];
  }[];
}

/** Mistakes that a linter sees; the rules are chosen in .oxlintrc.json. */
export const lint: Check = {
  name: "lint",
  rules: ["lint"],
  holds: "The linter finds no mistake: nothing unused, no loose equality, no `any`.",
  counts: "files",
  run: async (tree) => {
    const folders = CODE.filter((folder) => tree.has(folder));
    const args = ["--config", inRepository(".oxlintrc.json"), "--disable-nested-config", "--format", "json", ...folders];
    const report = await runTool<OxlintReport>("oxlint/bin/oxlint", args, tree.root);
    const violations = report.diagnostics.map((found): Violation => ({
      rule: "lint",
      file: found.filename.replaceAll("\\", "/"),
      line: found.labels[0]?.span.line ?? 1,
      what: `${found.message.replace(/\.$/, "")} (${found.code ?? "parse error"})`,
      next: found.help?.replace(/\.$/, "") ?? "see the rule in oxlint's documentation",
    }));
    return { seen: report.number_of_files, violations };
  },
};
