import { inRepository } from "./external.ts";
import type { Generated } from "./model.ts";
import { checksReference } from "./reference.ts";
import { channelNames, channelRegistry, evidenceRegistry, processorRegistry, registryOf, sourceRegistry, textProviderRegistry } from "./registries.ts";

/**
 * Every generated file of the repository. `node checks/regenerate.ts` writes them; the check `fresh` compares them.
 * db/schema.sql needs a database: scripts/dump-schema.ts writes it and src/server/database/migrate.test.ts compares it.
 */
export const generated: readonly Generated[] = [
  // Before the documents that are made from what they list.
  { file: "src/playbooks/core/channel-folders.ts", from: "the folders of src/outreach/channels", make: async () => channelNames() },
  ...[sourceRegistry, processorRegistry, evidenceRegistry, channelRegistry, textProviderRegistry].map((registry) => ({
    file: `${registry.folder}/${registry.file}`,
    from: `the folders of ${registry.folder}`,
    make: async () => registryOf(registry),
  })),
  { file: "docs/reference/checks.md", from: "the checks themselves (checks/all.ts)", make: checksReference },
  {
    file: "docs/reference/config.md",
    from: "the configuration's schema (src/server/config/schema.ts)",
    make: async () => (await import("../src/server/config/reference.ts")).configReference(),
  },
  {
    file: "docs/reference/playbooks.md",
    from: "the playbook language's schema and closed lists (src/playbooks)",
    make: async () => (await import("../src/playbooks/index.ts")).playbooksReference(),
  },
  { file: "docs/reference/failure-patterns.md", from: "the folders of playbooks", make: failurePatterns },
  {
    file: "docs/imports.md",
    from: "the sheets that can be imported (src/intake/imports)",
    make: async () => (await import("../src/intake/index.ts")).importsGuide(),
  },
  {
    file: "docs/reference/real-input.md",
    from: "the table of what recorded deliveries become (test/real-input/expected.json)",
    make: async () => (await import("../test/real-input/reference.ts")).realInputReference(),
  },
  {
    file: "src/words/layout/mail.html",
    from: "the MJML of the mail layout (src/words/layout/make-layout.ts)",
    make: async () => (await import("../src/words/index.ts")).makeMailLayout(),
  },
];

async function failurePatterns(): Promise<string> {
  const { loadPlaybooks, patternsReference, problemText } = await import("../src/playbooks/index.ts");
  const loaded = await loadPlaybooks(inRepository("playbooks"));
  if (!loaded.ok) throw new Error(loaded.error.map(problemText).join("\n"));
  return patternsReference(loaded.value);
}
