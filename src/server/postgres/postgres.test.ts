import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import pg from "pg";
import { Refusal } from "../../base/errors.ts";
import { canReach, lookUpAccount } from "./account.ts";
import { type PostgresServer, startPostgres } from "./start-postgres.ts";
import { copyFolder, emptyFolder, freshDataFolder, isRunning, recordLog, startOtherOwner, untilGone } from "./testing.ts";

const AS_ROOT = process.getuid?.() === 0;
const onlyRoot = AS_ROOT ? false : "needs root";
const running = new Set<PostgresServer>();
after(() => Promise.all([...running].map((server) => server.stop())));

async function start(dataFolder: string, log = recordLog()): Promise<PostgresServer> {
  const server = await startPostgres({ dataFolder, log });
  running.add(server);
  return server;
}

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text, rowMode: "array" })).rows.flat();
  } finally {
    await client.end();
  }
}

const refusal = (code: string) => (error: unknown) => error instanceof Refusal && error.code === code;

test("the first start creates a database and a later one finds it again", async () => {
  const folder = emptyFolder();
  const log = recordLog();
  const first = await start(folder, log);
  await ask(first.url, "CREATE TABLE kept AS SELECT 42 AS answer");
  await first.stop();
  assert.ok(log.lines.some((line) => line.startsWith("initdb:")), "the first start tells what it does");

  const again = recordLog();
  const second = await start(folder, again);
  assert.deepEqual(await ask(second.url, "SELECT answer FROM kept"), [42]);
  assert.equal(second.url, first.url);
  assert.ok(!again.lines.some((line) => line.includes("recovery")), "a proper stop leaves nothing to recover");
  await second.stop();
});

test("it sorts and folds the same on every machine and keeps time in UTC", async () => {
  const server = await start(await freshDataFolder());
  assert.deepEqual(await ask(server.url, "SELECT datlocprovider::text, datlocale, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"), ["b", "C.UTF-8", "UTF8"]);
  assert.deepEqual(await ask(server.url, "SELECT upper('straßé')"), ["STRAßÉ"]);
  assert.deepEqual(await ask(server.url, "SHOW timezone"), ["UTC"]);
  assert.deepEqual(await ask(server.url, "SHOW fsync"), ["on"]);
  await server.stop();
});

test("it cannot be reached from another machine, nor without the password", async () => {
  const server = await start(await freshDataFolder());
  assert.deepEqual(await ask(server.url, "SHOW listen_addresses"), [""]);
  const guess = new URL(server.url);
  guess.password = "guess";
  await assert.rejects(ask(guess.href, "SELECT 1"), { code: "28P01" });
  assert.deepEqual(await ask(server.url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"), [false]);
  await server.stop();
});

test("the password lies in the data folder alone, for its owner's eyes", async () => {
  const before = new Set(readdirSync(tmpdir()));
  const folder = emptyFolder();
  const server = await start(folder);
  const password = new URL(server.url).password;
  assert.equal(statSync(join(folder, "password")).mode & 0o777, 0o600);
  const others = readdirSync(tmpdir()).filter((name) => !before.has(name) && statSync(join(tmpdir(), name), { throwIfNoEntry: false })?.isFile());
  assert.deepEqual(others.filter((name) => readFileSync(join(tmpdir(), name), "utf8").includes(password)), []);
  await server.stop();
});

test("a folder whose path is too long for a socket works all the same", async () => {
  const deep = join(emptyFolder(), "a".repeat(60), "b".repeat(60));
  mkdirSync(deep, { recursive: true });
  copyFolder(await freshDataFolder(), deep);
  const server = await start(deep);
  assert.equal(server.folder, deep);
  assert.deepEqual(await ask(server.url, "SELECT 1"), [1]);
  const socketFolder = new URL(server.url).searchParams.get("host") as string;
  assert.ok(!socketFolder.startsWith(deep));
  await server.stop();
  assert.ok(!existsSync(socketFolder));
});

test("kill -9 of the server under load loses no acknowledged row, and it is started again", async () => {
  const log = recordLog();
  const server = await start(await freshDataFolder(), log);
  await ask(server.url, "CREATE TABLE kept (id text PRIMARY KEY)");
  const acknowledged: string[] = [];
  const enough = Promise.withResolvers<void>();
  const write = async (writer: number): Promise<void> => {
    const client = new pg.Client({ connectionString: server.url });
    client.on("error", () => {});
    await client.connect();
    for (let n = 0; ; n++) {
      await client.query("INSERT INTO kept VALUES ($1)", [`${writer}-${n}`]);
      acknowledged.push(`${writer}-${n}`);
      if (acknowledged.length === 300) enough.resolve();
    }
  };
  const writers = Promise.allSettled([1, 2, 3, 4].map(write));
  await enough.promise;
  const before = server.pid();
  const back = log.next("PostgreSQL is back");
  process.kill(before, "SIGKILL");
  await Promise.all([back, writers]);
  assert.notEqual(server.pid(), before);
  const kept = new Set(await ask(server.url, "SELECT id FROM kept"));
  assert.deepEqual(acknowledged.filter((id) => !kept.has(id)), []);
  await server.stop();
});

test("kill -9 of the owning process loses no acknowledged row, and the next start replaces the orphan", async () => {
  const folder = await freshDataFolder();
  const owner = startOtherOwner(folder, "insert");
  const orphan = Number(await owner.line());
  let acknowledged = 0;
  while (acknowledged < 200) acknowledged = Number(await owner.line());
  await owner.kill();
  assert.ok(isRunning(orphan), "the server outlives its owner");

  const server = await start(folder);
  assert.ok(!isRunning(orphan));
  const [kept] = await ask(server.url, "SELECT count(*)::int FROM kept WHERE id <= " + acknowledged);
  assert.equal(kept, acknowledged);
  await server.stop();
});

test("kill -9 of both the owner and the server is survived", async () => {
  const folder = await freshDataFolder();
  const owner = startOtherOwner(folder, "insert");
  const server = Number(await owner.line());
  await owner.line();
  process.kill(server, "SIGKILL");
  await owner.kill();
  const next = await start(folder);
  assert.ok(Number((await ask(next.url, "SELECT count(*) FROM kept"))[0]) >= 1);
  await next.stop();
});

test("a stale process id that now belongs to another program is survived, and that program left alone", async () => {
  const folder = await freshDataFolder();
  const { uid, gid } = statSync(join(folder, "cluster"));
  const bystander = spawn("sleep", ["1000"], { uid, gid });
  writeFileSync(join(folder, "cluster", "postmaster.pid"), `${bystander.pid}\n${join(folder, "cluster")}\n1700000000\n5432\n/tmp\n\n  1 1\nready\n`);
  const server = await start(folder);
  assert.deepEqual(await ask(server.url, "SELECT 1"), [1]);
  assert.equal(bystander.exitCode ?? bystander.signalCode, null);
  bystander.kill();
  await server.stop();
});

test("a creation that was cut short is begun anew", async () => {
  const folder = emptyFolder();
  mkdirSync(join(folder, "cluster.unfinished", "base"), { recursive: true });
  writeFileSync(join(folder, "password"), "left over\n");
  const server = await start(folder);
  assert.deepEqual(await ask(server.url, "SELECT 1"), [1]);
  assert.ok(!existsSync(join(folder, "cluster.unfinished")));
  await server.stop();
});

test("a second owner is refused, within this process and from another one, until the first stops", async () => {
  const folder = await freshDataFolder();
  const first = await start(folder);
  await assert.rejects(start(folder), refusal("data-folder-in-use"));
  await first.stop();

  const other = startOtherOwner(folder, "insert");
  await other.line();
  await assert.rejects(start(folder), refusal("data-folder-in-use"));
  await other.kill();
  await (await start(folder)).stop();
});

test("the folder of another major version is refused and left as it was", async () => {
  const folder = await freshDataFolder();
  writeFileSync(join(folder, "cluster", "PG_VERSION"), "17\n");
  await assert.rejects(start(folder), refusal("postgres-major-version"));
  assert.equal(readFileSync(join(folder, "cluster", "PG_VERSION"), "utf8"), "17\n");
});

test("a server that keeps failing is given up, with the reason", async () => {
  const folder = await freshDataFolder();
  const log = recordLog();
  const server = await start(folder, log);
  rmSync(join(folder, "cluster", "global", "pg_control"));
  process.kill(server.pid(), "SIGKILL");
  assert.match((await server.lost).message, /crashed 6 times in a row/);
  await server.stop();
});

test("stopping tells clients, ends the server and closes its socket", async () => {
  const server = await start(await freshDataFolder());
  const pid = server.pid();
  const client = new pg.Client({ connectionString: server.url });
  const told = new Promise<string | undefined>((resolve) => client.on("error", (error) => resolve((error as { code?: string }).code)));
  await client.connect();
  await server.stop();
  assert.equal(await told, "57P01");
  assert.ok(!isRunning(pid));
  const socket = createConnection(join(new URL(server.url).searchParams.get("host") as string, ".s.PGSQL.5432"));
  await assert.rejects(new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject)));
});

test("a disposable server goes, with its folder, when its owner is killed", async () => {
  const owner = startOtherOwner("", "disposable");
  const folder = await owner.line();
  assert.ok(existsSync(join(folder, "cluster", "postmaster.pid")));
  await owner.kill();
  await untilGone(folder);
});

test("as root the server runs as an unprivileged user", { skip: onlyRoot }, async () => {
  const server = await start(await freshDataFolder());
  const [, uid] = /^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${server.pid()}/status`, "utf8")) ?? [];
  assert.notEqual(Number(uid), 0);
  await server.stop();
});

test("as root a folder behind a private one moves to where that user can reach it, always to the same place", { skip: onlyRoot }, async () => {
  const hidden = emptyFolder();
  chmodSync(hidden, 0o700);
  const wanted = join(hidden, "data");
  const log = recordLog();
  const first = await start(wanted, log);
  assert.match(first.folder, /^\/var\/lib\/makegood\//);
  assert.ok(log.lines.some((line) => line.includes("may not enter") && line.includes(first.folder)), "and it says so");
  await ask(first.url, "CREATE TABLE kept AS SELECT 42 AS answer");
  await first.stop();
  const second = await start(wanted);
  assert.deepEqual(await ask(second.url, "SELECT answer FROM kept"), [42]);
  await second.stop();
  rmSync(second.folder, { recursive: true });
});

const nobody = AS_ROOT ? lookUpAccount("nobody") : undefined;
const canBeNobody = !AS_ROOT || (nobody !== undefined && canReach(nobody, process.execPath));

test("an ordinary user runs it as themselves", { skip: canBeNobody ? false : "no ordinary user can enter this checkout" }, async () => {
  const folder = emptyFolder();
  if (nobody) chmodSync(folder, 0o777);
  const owner = startOtherOwner(join(folder, "data"), "once", nobody?.uid);
  assert.equal(await owner.line(), "makegood");
  assert.equal(statSync(join(folder, "data", "cluster")).uid, nobody?.uid ?? process.getuid?.());
});
