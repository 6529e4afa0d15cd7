import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { instant, type Instant } from "../../base/time.ts";
import type { Sent, SentJournal, Unrecorded } from "./sent-journal.ts";

/** More left-over claims than this are taken up in turns. */
const MAX_CLAIMS = 1_000;

/**
 * A journal in a folder of this machine, one file a claim, a line an acceptance. A plain write survives a kill -9 of the
 * process; a crash of the machine may lose it, and then the evidence window decides. Workers may share a folder.
 * Synchronous on purpose: a line costs microseconds and must be down before the next reply is read.
 */
export function fileJournal(folder: string): SentJournal {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const open = new Map<string, number>();
  const pathOf = (claimId: string) => join(folder, claimId);
  const start = (claimId: string, now: Instant): number => {
    const file = openSync(pathOf(claimId), "a", 0o600);
    writeSync(file, `${now}\n`);
    open.set(claimId, file);
    return file;
  };
  return {
    note(claimId, sent, now) {
      writeSync(open.get(claimId) ?? start(claimId, now), `${sent.messageId} ${sent.provider}\n`);
    },
    settle(claimId) {
      const file = open.get(claimId);
      if (file !== undefined) closeSync(file);
      open.delete(claimId);
      rmSync(pathOf(claimId), { force: true });
    },
    unrecorded(before) {
      return readdirSync(folder)
        .slice(0, MAX_CLAIMS)
        .flatMap((claimId) => read(claimId, pathOf(claimId)) ?? [])
        .filter((each) => each.since < before);
    },
  };
}

/** A line that was cut short by the end of its process says nothing. */
function read(claimId: string, path: string): Unrecorded | undefined {
  const [since, ...lines] = readFileSync(path, "utf8").split("\n").slice(0, -1);
  if (since === undefined || !/^\d+$/.test(since)) return undefined;
  const sent = lines.flatMap((line): Sent[] => {
    const [messageId, provider, ...rest] = line.split(" ");
    return messageId && provider && rest.length === 0 ? [{ messageId, provider }] : [];
  });
  return { claimId, since: instant(Number(since)), sent };
}
