/** The stages in the order in which facts flow through them; a stage never imports a later one. */
const STAGES = [
  "intake",
  "commerce",
  "promises",
  "detection",
  "incidents",
  "words",
  "outreach",
  "remedies",
  "support",
  "learning",
  "portal",
  "server",
] as const;

/** Beside each other, below every stage: they import the base only. */
const BELOW_STAGES = ["people", "playbooks"] as const;

/** Every folder of `src/` except the base. Each is entered through its `index.ts`. */
export const ROOMS: readonly string[] = [...BELOW_STAGES, ...STAGES];

/** The rooms that a room may enter (through the front door), besides itself and the base. */
export function mayEnter(room: string): readonly string[] {
  const at = (STAGES as readonly string[]).indexOf(room);
  return at < 0 ? [] : [...BELOW_STAGES, ...STAGES.slice(0, at)];
}

/** Folders beside `src/` that hold code. They use the product as a stranger would: front doors and the server. */
export const OUTSIDE: readonly string[] = ["sim", "chaos", "bench", "sample", "scripts", "checks", "test"];

/** Folders whose code carries the size limits, the naming rules and the lint. */
export const CODE: readonly string[] = ["src", ...OUTSIDE];

/** Beside the code: a test. */
export const TEST_FILE = /\.test\.ts$/;

/** A test, or what only tests use (`testing.ts` and the folder `test/`). */
export const TEST_CODE = /\.test\.ts$|(?:^|\/)testing\.ts$|^test\//;

/** Whether only tests use this file. */
export function isTest(file: string): boolean {
  return TEST_CODE.test(file);
}

/** A vendor's adapter lives in one of these folders of a stage. */
export const ADAPTER_FOLDER = /\/(?:sources|channels|issuers|evidence)\//;
