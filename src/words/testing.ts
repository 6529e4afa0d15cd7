import type { Playbook } from "../playbooks/index.ts";

/** A value for each choice. */
type Row = Readonly<Record<string, string>>;
type Pair = readonly [readonly [string, string], readonly [string, string]];

/** More rows of one text than this are not rendered one by one: every two values still meet in some row. */
const MOST_ROWS = 200;

/** Every combination of the choices that a text asks about, or so many that each pair of values occurs; the others keep their first value. */
export function combinationsOf(choices: Playbook["choices"], text: string): readonly Row[] {
  const asked = new Set([...text.matchAll(/\{%[^%]*%\}/g)].flatMap(([tag]) => tag.match(/[a-z_]+/g) ?? []));
  const fixed = Object.fromEntries(Object.entries(choices).map(([choice, values]) => [choice, values[0] as string]));
  const open = Object.entries(choices).filter(([choice]) => asked.has(choice));
  const count = open.reduce((product, [, values]) => product * values.length, 1);
  const rows = count <= MOST_ROWS ? product(open) : pairwise(open);
  return rows.map((row) => ({ ...fixed, ...row }));
}

function product(open: readonly (readonly [string, readonly string[]])[]): Row[] {
  return open.reduce<Row[]>((rows, [choice, values]) => rows.flatMap((row) => values.map((value) => ({ ...row, [choice]: value }))), [{}]);
}

/** Each row takes up a pair that no row has yet, and fills the other choices with what brings most new pairs. */
function pairwise(open: readonly (readonly [string, readonly string[]])[]): Row[] {
  const missing = new Map(open.flatMap((a, index) => open.slice(index + 1).flatMap((b) => pairsOf(a, b))).map((pair) => [nameOf(...pair), pair]));
  const rows: Row[] = [];
  for (let pair = first(missing); pair !== undefined; pair = first(missing)) {
    const row: Record<string, string> = Object.fromEntries(pair);
    for (const [choice, values] of open) row[choice] ??= values.toSorted((a, b) => gain(row, [choice, b], missing) - gain(row, [choice, a], missing))[0] as string;
    for (const a of Object.entries(row)) for (const b of Object.entries(row)) missing.delete(nameOf(a, b));
    rows.push(row);
  }
  return rows;
}

function pairsOf([a, valuesOfA]: readonly [string, readonly string[]], [b, valuesOfB]: readonly [string, readonly string[]]): Pair[] {
  return valuesOfA.flatMap((valueOfA) => valuesOfB.map((valueOfB): Pair => [[a, valueOfA], [b, valueOfB]]));
}

function gain(row: Row, value: readonly [string, string], missing: ReadonlyMap<string, Pair>): number {
  return Object.entries(row).filter((other) => missing.has(nameOf(other, value))).length;
}

function first(missing: ReadonlyMap<string, Pair>): Pair | undefined {
  for (const pair of missing.values()) return pair;
  return undefined;
}

function nameOf(a: readonly [string, string], b: readonly [string, string]): string {
  return [a, b].map((each) => each.join("=")).sort().join("&");
}
