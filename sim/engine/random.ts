import { createHash } from "node:crypto";
import type { Random } from "../../src/base/ids.ts";

/** A seeded stream of choices. The same seed gives the same stream on every machine. */
export interface Dice {
  /** A number in [0, 1). */
  unit(): number;
  /** A whole number in [0, below). */
  below(below: number): number;
  /** A whole number in [from, to]. */
  between(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** An independent stream, so that one part's draws do not shift another's. */
  fork(name: string): Dice;
}

/** sfc32 (Chris Doty-Humphrey, PractRand; public domain), seeded with SHA-256 of the name. */
export function dice(seed: string): Dice {
  const words = createHash("sha256").update(seed).digest();
  let [a, b, c, counter] = [words.readUInt32LE(0), words.readUInt32LE(4), words.readUInt32LE(8), 1];
  const unit = (): number => {
    const sum = (((a + b) >>> 0) + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum / 2 ** 32;
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) unit();
  const below = (limit: number): number => Math.floor(unit() * limit);
  return {
    unit,
    below,
    between: (from, to) => from + below(to - from + 1),
    chance: (probability) => unit() < probability,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
    fork: (name) => dice(`${seed}/${name}`),
  };
}

/** The `Random` port on a seeded stream: tokens in a simulation replay. */
export function seededRandom(from: Dice): Random {
  return { bytes: (count) => Uint8Array.from({ length: count }, () => from.below(256)) };
}
