import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** Hands over what a program writes, line by line. */
export function logLines(from: Readable, take: (line: string) => void): void {
  createInterface({ input: from }).on("line", (line) => {
    if (line.trim() !== "") take(line.trim());
  });
}
