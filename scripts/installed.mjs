// What counts as installed. Kept apart from the installation so that finding all in place costs next to nothing.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const WINDOWS = process.platform === "win32";
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
export const MODULES = join(ROOT, "node_modules");
export const BIN = join(MODULES, ".bin");
export const OUR_NODE = WINDOWS ? join(MODULES, "node", "bin", "node.exe") : join(BIN, "node");
/** Written last, so that it is there only when everything else is. */
export const MARK = join(MODULES, ".makegood-installed");

export const lockText = readFileSync(join(ROOT, "package-lock.json"), "utf8");
export const wantedMark = `${createHash("sha256").update(lockText).digest("hex")} ${process.platform}-${process.arch}\n`;

export function isInstalled() {
  return existsSync(MARK) && readFileSync(MARK, "utf8") === wantedMark && existsSync(OUR_NODE);
}
