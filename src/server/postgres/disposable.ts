import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "../../base/ports.ts";
import { FAST_AND_FORGETFUL, type Settings } from "./settings.ts";
import { type PostgresServer, startPostgres } from "./start-postgres.ts";

/**
 * Starts a server in a temporary folder that ends, folder and all, with this process, however that ends.
 * For tests, simulations and benchmarks; `settings` replace those of FAST_AND_FORGETFUL.
 */
export async function startDisposablePostgres(log: Log, settings: Settings = FAST_AND_FORGETFUL): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "makegood-"));
  const server = await startPostgres({ dataFolder: folder, log, settings });
  const folders = [...new Set([folder, server.folder])];
  if (process.platform !== "win32") removeWhenWeEnd(server.folder, folders);
  return {
    ...server,
    stop: async () => {
      await server.stop();
      for (const path of folders) rmSync(path, { recursive: true, force: true });
    },
  };
}

/**
 * Leaves a shell that waits for our end (it reads a pipe that only we hold open) and then stops the server and
 * removes its folder. An exit hook would not run after SIGKILL.
 */
export function removeWhenWeEnd(home: string, folders: readonly string[]): void {
  const script = `
    home="$1"; shift; read -r _
    record="$home/cluster/postmaster.pid"
    [ -e "$record" ] && kill -QUIT "$(head -n 1 "$record")"
    patience=100
    while [ -e "$record" ] && [ $patience -gt 0 ]; do sleep 0.05; patience=$((patience - 1)); done
    rm -rf "$@"`;
  const undertaker = spawn("/bin/sh", ["-c", script, "sh", home, ...folders], { stdio: ["pipe", "ignore", "ignore"], detached: true, cwd: "/" });
  undertaker.unref();
  (undertaker.stdin as unknown as { unref(): void }).unref();
}
