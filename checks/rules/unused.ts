import { inRepository, runTool } from "../external.ts";
import type { Check, Findings, Violation } from "../model.ts";

interface Named {
  readonly name: string;
  readonly line?: number;
}

const KINDS = ["files", "exports", "types", "duplicates", "dependencies", "devDependencies", "unlisted", "unresolved", "binaries"] as const;
type Kind = (typeof KINDS)[number];

interface KnipReport {
  readonly issues: readonly ({ readonly file: string } & Readonly<Record<Kind, readonly (Named | readonly Named[])[]>>)[];
}

const SAYS: Readonly<Record<Kind, { what: string; next: string }>> = {
  files: { what: "nothing imports this file", next: "use it or delete it" },
  exports: { what: "nothing imports this export", next: "use it, keep it private, or delete it" },
  types: { what: "nothing imports this type", next: "use it, keep it private, or delete it" },
  duplicates: { what: "exported twice", next: "keep one name" },
  dependencies: { what: "nothing uses this dependency", next: "remove it from package.json and docs/decisions/dependencies.md" },
  devDependencies: { what: "nothing uses this development dependency", next: "remove it from package.json and docs/decisions/dependencies.md" },
  unlisted: { what: "not in package.json", next: "add it, with its line in docs/decisions/dependencies.md" },
  unresolved: { what: "cannot be found", next: "correct the path" },
  binaries: { what: "no installed package brings this command", next: "add its package or correct the name" },
};

/** The program itself: until it stands, what it uses cannot be known. `package` reports it when it is missing. */
const PROGRAM = "src/server/cli/main.ts";

/** No unused file, export or dependency; what counts as used is chosen in knip.jsonc. */
export const unused: Check = {
  name: "unused",
  rules: KINDS.map((kind) => `unused-${kind}`),
  holds: "Every file, export and dependency is used.",
  counts: "files",
  run: async (tree): Promise<Findings> => {
    const seen = tree.files.filter((file) => file.endsWith(".ts")).length;
    if (!tree.has(PROGRAM)) return { seen, violations: [], note: `not judged: ${PROGRAM} does not exist` };
    const args = ["--directory", tree.root, "--config", inRepository("knip.jsonc"), "--reporter", "json", "--no-progress", "--no-config-hints"];
    const report = await runTool<KnipReport>("knip/bin/knip.js", args, tree.root);
    return { seen, violations: report.issues.flatMap((issue) => KINDS.flatMap((kind) => issue[kind].flat().map((named) => violationOf(issue.file, kind, named)))) };
  },
};

function violationOf(file: string, kind: Kind, named: Named): Violation {
  const about = kind === "files" ? "" : `${named.name}: `;
  return { rule: `unused-${kind}`, file, line: named.line ?? 1, what: `${about}${SAYS[kind].what}`, next: SAYS[kind].next };
}
