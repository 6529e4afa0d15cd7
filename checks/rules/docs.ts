import { posix } from "node:path";
import type { Check, Violation } from "../model.ts";
import type { Tree } from "../tree.ts";

const DOCUMENT = /^(?:[A-Z]+\.md|docs\/.*\.md|(?:sim|chaos|bench|sample|checks|playbooks)\/.*\.md)$/;
const CODE_SPAN = /`([^`\n]+)`/g;
/** A Markdown link or image, or an HTML source or reference. */
const LINK = /\]\(\s*<?([^)\s>]+)>?[^)]*\)|(?:href|src|srcset)="([^"]+)"|^\[[^\]]+\]:\s*(\S+)/g;
const OUTSIDE_LINK = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i;

/** Every path and link in the documentation leads somewhere. */
export const docs: Check = {
  name: "docs",
  rules: ["docs-path", "docs-link"],
  holds: "Every repository path named in the documentation exists, and every relative link and anchor resolves.",
  counts: "documents",
  run: (tree) => {
    const judged = tree.files.filter((file) => DOCUMENT.test(file));
    const folders = new Set(tree.files.filter((file) => file.includes("/")).map((file) => file.slice(0, file.indexOf("/"))));
    return { seen: judged.length, violations: judged.flatMap((file) => judge(tree, folders, file)) };
  },
};

function judge(tree: Tree, folders: ReadonlySet<string>, file: string): Violation[] {
  return prose(tree.text(file)).flatMap((content, index) => {
    const line = index + 1;
    const paths = [...content.matchAll(CODE_SPAN)].map((match) => match[1] ?? "").filter((span) => looksLikePath(span, folders));
    const links = [...content.replaceAll(CODE_SPAN, "").matchAll(LINK)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
    return [
      ...paths.filter((path) => !exists(tree, path)).map((path) => missingPath(file, line, path)),
      ...links.flatMap((link) => judgeLink(tree, file, line, link)),
    ];
  });
}

/** The document's lines with fenced code blanked out: what a block shows may be the reader's own files. */
function prose(text: string): string[] {
  let fence: string | undefined;
  return text.split("\n").map((line) => {
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (mark === undefined) return fence === undefined ? line : "";
    if (fence === undefined) fence = mark;
    else if (mark.startsWith(fence)) fence = undefined;
    return "";
  });
}

/** A path of this repository begins with one of its folders: `text/html` and `/v1/events` do not. */
function looksLikePath(span: string, folders: ReadonlySet<string>): boolean {
  const slash = span.indexOf("/");
  return slash > 0 && !/\s/.test(span) && folders.has(span.slice(0, slash));
}

/** Whether the path stands; `<name>`, `*`, `**` and `{a,b}` may stand for anything that does. */
function exists(tree: Tree, span: string): boolean {
  const path = span.replace(/:\d+(?:-\d+)?$/, "").replace(/\/$/, "");
  if (!/[<*{…]/.test(path)) return tree.has(path);
  const pattern = path
    .split(/(<[^>]+>|\*\*\/?|\*|\{[^}]+\}|…)/)
    .map((part) => (/^(?:<|\*\*|\{|…)/.test(part) ? ".*" : part === "*" ? "[^/]*" : part.replace(/[.+?^$()|[\]\\]/g, "\\$&")))
    .join("");
  return tree.files.some((file) => new RegExp(`^${pattern}(?:/|$)`).test(file));
}

function judgeLink(tree: Tree, file: string, line: number, link: string): Violation[] {
  if (OUTSIDE_LINK.test(link)) return [];
  const [path = "", anchor = ""] = decodeURIComponent(link).split("#");
  const target = path === "" ? file : posix.normalize(posix.join(path.startsWith("/") ? "" : posix.dirname(file), path));
  if (!tree.has(target)) {
    return [{ rule: "docs-link", file, line, what: `links to ${link}, which does not exist`, next: "correct the link" }];
  }
  if (anchor === "" || !target.endsWith(".md") || anchors(tree.text(target)).has(anchor)) return [];
  return [{ rule: "docs-link", file, line, what: `links to ${link}, but ${target} has no such heading`, next: "correct the anchor" }];
}

/** The anchors that a Markdown viewer gives to the headings. */
function anchors(text: string): Set<string> {
  const found = new Set<string>();
  for (const line of prose(text)) {
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const slug = heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(/\s/g, "-");
    let unique = slug;
    for (let copy = 1; found.has(unique); copy += 1) unique = `${slug}-${copy}`;
    found.add(unique);
  }
  return found;
}

function missingPath(file: string, line: number, path: string): Violation {
  return { rule: "docs-path", file, line, what: `names ${path}, which does not exist`, next: "correct the path, or describe what is there now" };
}
