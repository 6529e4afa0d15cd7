import type { Instant } from "../../src/base/time.ts";
import type { Dice } from "../engine/random.ts";
import type { Schedule } from "../engine/schedule.ts";
import type { Agenda } from "./agenda.ts";
import type { Era } from "./eras.ts";
import type { Fault, FaultCounts } from "./faults.ts";

/** What a seed found wrong. */
export interface Violation {
  /** The guarantee: `G1` … `G7`, or what else must hold. */
  readonly guarantee: string;
  readonly what: string;
  readonly at: Instant;
}

/** What every part of the simulated world shares. */
export interface World {
  readonly seed: string;
  readonly dice: Dice;
  readonly agenda: Agenda;
  readonly schedule: Schedule;
  readonly faults: FaultCounts;
  /** After this nothing goes wrong any more, so that the product can settle. */
  readonly calmFrom: Instant;
  /** When and where the seed plays. */
  readonly era: Era;
  /** Orders whose mail a person has given up on. */
  readonly givenUp: Set<string>;
  hit(fault: Fault): void;
  violate(guarantee: string, what: string): void;
}
