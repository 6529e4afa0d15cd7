import { homedir } from "node:os";
import type { Check, Violation } from "../model.ts";

interface Forbidden {
  readonly rule: string;
  readonly pattern: RegExp;
  readonly what: string;
  readonly next: string;
  readonly files?: RegExp;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const EVERYWHERE: readonly Forbidden[] = [
  {
    rule: "unfinished",
    // Written so that this line is not one itself.
    pattern: /\b(?:TO[D]O|FIX[M]E|X[X]X)\b/,
    what: "leaves a note to finish something",
    next: "finish it, or open an issue and describe the limit where users read it",
  },
  {
    rule: "machine-path",
    pattern: /(?:^|[\s"'`(=:])(?:\/home\/[\w.-]+\/|\/Users\/[\w.-]+\/|[A-Z]:\\Users\\)/,
    what: "names a folder of one machine",
    next: "use a path relative to the repository",
  },
  {
    rule: "registry-host",
    pattern: /"resolved":|registry\s*=/,
    what: "names the registry that a package came from",
    next: "install with the project's .npmrc (omit-lockfile-registry-resolved) and commit that lockfile",
    files: /^(?:package-lock\.json|\.npmrc)$/,
  },
];

const BINARY = /\.(?:png|jpe?g|gif|ico|woff2?|pdf|gz|zip)$/i;
/** Captured mail and payloads carry other people's words. */
const CAPTURED = /\/fixtures\//;

/** What must not be in the repository, as plain text. */
export const hygiene: Check = {
  name: "hygiene",
  rules: ["unfinished", "machine-path", "registry-host"],
  holds: "No unfinished notes, no path of one machine, no registry host.",
  counts: "files",
  run: (tree) => {
    const judged = tree.files.filter((file) => !BINARY.test(file) && !CAPTURED.test(file));
    const here = [tree.root, homedir()].filter((path) => path.split("/").length > 2).map(escaped);
    const checkout: Forbidden = {
      rule: "machine-path",
      pattern: new RegExp(`(?:${here.join("|")})(?![\\w-])`),
      what: "names this checkout's folder",
      next: "use a path relative to the repository",
    };
    return { seen: judged.length, violations: judged.flatMap((file) => inFile(file, tree.text(file), [...EVERYWHERE, checkout])) };
  },
};

function inFile(file: string, text: string, rules: readonly Forbidden[]): Violation[] {
  const applying = rules.filter((rule) => rule.files?.test(file) ?? true);
  return text.split("\n").flatMap((content, index) =>
    applying
      .filter((rule) => rule.pattern.test(content))
      .map((rule) => ({ rule: rule.rule, file, line: index + 1, what: rule.what, next: rule.next })),
  );
}
