#!/usr/bin/env node
import { parseArgs } from "node:util";
import { Refusal } from "../../base/errors.ts";
import { systemDns } from "../runtime/system-dns.ts";
import type { Arguments, Command, Terminal } from "./command.ts";

/** Loaded when asked for, so that `makegood help` answers at once. */
const COMMANDS: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  start: () => import("./commands/start.ts"),
  web: () => import("./commands/web.ts"),
  worker: () => import("./commands/worker.ts"),
  migrate: () => import("./commands/migrate.ts"),
  golive: () => import("./commands/golive.ts"),
  halt: () => import("./commands/halt.ts"),
  resume: () => import("./commands/resume.ts"),
  release: () => import("./commands/release.ts"),
  waive: () => import("./commands/waive.ts"),
  replay: () => import("./commands/replay.ts"),
  import: () => import("./commands/import.ts"),
  requeue: () => import("./commands/requeue.ts"),
  reconcile: () => import("./commands/reconcile.ts"),
  monday: () => import("./commands/monday.ts"),
  said: () => import("./commands/said.ts"),
  deliverability: () => import("./commands/deliverability.ts"),
  doctor: () => import("./commands/doctor.ts"),
  export: () => import("./commands/export.ts"),
};

async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [name = "help", ...rest] = argv;
  const load = COMMANDS[name];
  if (!load) {
    const asked = ["help", "--help", "-h"].includes(name);
    if (!asked) terminal.err(`makegood has no command "${name}".`);
    for (const line of await overview()) (asked ? terminal.out : terminal.err)(line);
    return asked ? 0 : 2;
  }
  const { command } = await load();
  const usage = `Usage: makegood ${command.usage}`;
  let args;
  try {
    args = parseArgs({ args: rest, options: { ...command.options, help: { type: "boolean", short: "h" } }, allowPositionals: true });
  } catch (error) {
    terminal.err(`${(error as Error).message}\n${usage}`);
    return 2;
  }
  if (args.values["help"] === true) {
    terminal.out(`${command.summary}\n${usage}`);
    return 0;
  }
  try {
    return await command.run({ values: args.values as Arguments["values"], positionals: args.positionals }, terminal);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    terminal.err(error.message);
    return error.status === 400 ? 2 : 1;
  }
}

async function overview(): Promise<string[]> {
  const lines = await Promise.all(Object.values(COMMANDS).map(async (load) => (await load()).command));
  return ["makegood: a ledger of the promises a store makes", "", ...lines.map((command) => `  makegood ${command.usage}\n      ${command.summary}`)];
}

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());

process.exitCode = await main(process.argv.slice(2), {
  env: process.env,
  cwd: process.cwd(),
  dns: systemDns(),
  out: (line) => console.log(line),
  err: (line) => console.error(line),
  stopping: stopping.signal,
});
