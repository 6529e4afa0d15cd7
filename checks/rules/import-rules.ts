import type { IRegularForbiddenRuleType } from "dependency-cruiser";
import { mayEnter, OUTSIDE, ROOMS, TEST_CODE } from "../layout.ts";

const TEST = TEST_CODE.source;
/** What tests and scripts may use of a later folder: a real database. `product-without-tests` keeps the product out of it. */
const TEST_DATABASE = "^src/server/database/testing\\.ts$";
const FRONT_DOOR = "^src/[^/]+/index\\.ts$";
const any = (names: readonly string[]): string => `(?:${names.join("|")})`;

/** What to do about a broken import rule, by rule. */
export const NEXT: Readonly<Record<string, string>> = {
  "front-door": "import it from that folder's index.ts, or export it there",
  "earlier-only": "turn the dependency round: the later stage reads rows or subscribes in src/server",
  "base-alone": "base holds only what needs nothing: move this into a stage or use node:",
  "core-pure": "pass what it needs as an argument; of other stages, import types from their index.ts with `import type`",
  "src-alone": "move what both need into src, or turn the dependency round",
  "product-without-tests": "move what the product needs out of the test",
  "shipped-dependencies": "move the package to dependencies, or stop using it in src",
  "no-cycles": "move what both files need into a third one",
  "resolves": "correct the path, or add the package to package.json",
};

/** The import rules of the house, in dependency-cruiser's words. */
export const importRules: IRegularForbiddenRuleType[] = [
  ...ROOMS.flatMap(rulesOfRoom),
  forbid("front-door", { path: `^${any(OUTSIDE)}/` }, { path: `^src/${any(without("server"))}/`, pathNot: [FRONT_DOOR, TEST_DATABASE] }),
  forbid("earlier-only", { path: "^src/base/" }, { path: `^src/${any(ROOMS)}/` }),
  forbid("base-alone", { path: "^src/base/", pathNot: TEST }, { pathNot: "^src/", dependencyTypesNot: ["core"] }),
  // The sample store is started by the server: the one thing outside src that the product runs.
  forbid("src-alone", { path: "^src/", pathNot: "^src/server/" }, { path: `^${any(OUTSIDE.filter((name) => name !== "test"))}/` }),
  forbid("src-alone", { path: "^src/server/" }, { path: `^${any(OUTSIDE.filter((name) => name !== "test" && name !== "sample"))}/` }),
  forbid("product-without-tests", { path: "^(?:src|sample)/", pathNot: TEST }, { path: TEST }),
  forbid("shipped-dependencies", { path: "^src/", pathNot: TEST }, { dependencyTypes: ["npm-dev"], pathNot: "node_modules/@types/" }),
  forbid("no-cycles", {}, { circular: true }),
  forbid("resolves", {}, { couldNotResolve: true }),
];

function rulesOfRoom(room: string): IRegularForbiddenRuleType[] {
  const others = any(without(room));
  const allowed = mayEnter(room);
  const later = without(room).filter((other) => !allowed.includes(other));
  const own = `^src/${room}/`;
  const core = { path: `^src/${room}/core/`, pathNot: TEST };
  const doors = `^src/${any(allowed)}/index\\.ts$`;
  return [
    forbid("front-door", { path: own }, { path: `^src/${others}/`, pathNot: [FRONT_DOOR, TEST_DATABASE] }),
    ...(later.length > 0 ? [forbid("earlier-only", { path: own }, { path: `^src/${any(later)}/`, pathNot: TEST_DATABASE })] : []),
    forbid("core-pure", core, { pathNot: ["^src/base/", `^src/${room}/core/`, `^src/${others}/`] }),
    forbid("core-pure", core, { path: doors, dependencyTypesNot: ["type-only"] }),
  ];
}

function without(room: string): readonly string[] {
  return ROOMS.filter((other) => other !== room);
}

function forbid(name: string, from: IRegularForbiddenRuleType["from"], to: IRegularForbiddenRuleType["to"]): IRegularForbiddenRuleType {
  return { name, severity: "error", from, to };
}
