import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { after, test } from "node:test";

const ROOT = join(import.meta.dirname, "..");
const SCRIPTS = ["ensure-installed.mjs", "installed.mjs", "install.mjs", "become-node.mjs"];
const VERSION = process.version.slice(1);
const folders: string[] = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** What the pretended `npm ci` leaves: a package `node` whose program is the Node of this test. */
const NPM_THAT_WORKS = `
  mkdir -p node_modules/node/bin node_modules/.bin
  cp package-lock.json node_modules/.package-lock.json
  ln -s "${process.execPath}" node_modules/node/bin/node
  ln -s ../node/bin/node node_modules/.bin/node`;

interface Checkout {
  readonly root: string;
  /** How often npm was started. */
  npmRuns(): number;
  run(...args: string[]): Promise<{ code: number | null; said: string }>;
  start(...args: string[]): ChildProcess;
}

/** A clean checkout whose npm is `npm`, a shell script run in it. */
function checkout(npm = NPM_THAT_WORKS): Checkout {
  const root = mkdtempSync(join(tmpdir(), "checkout-"));
  folders.push(root);
  mkdirSync(join(root, "scripts"));
  mkdirSync(join(root, "tools"));
  for (const script of SCRIPTS) cpSync(join(ROOT, "scripts", script), join(root, "scripts", script));
  writeFileSync(join(root, "package-lock.json"), JSON.stringify({ packages: { "": {}, "node_modules/node": { version: VERSION, integrity: "sha512-x" } } }));
  writeFileSync(join(root, "tools", "npm"), `#!/bin/sh\necho run >> "${root}/npm-runs"\n${npm}\n`);
  chmodSync(join(root, "tools", "npm"), 0o755);
  const start = (...args: string[]): ChildProcess =>
    spawn(process.execPath, [join(root, "scripts", "ensure-installed.mjs"), ...args], { env: { PATH: `${join(root, "tools")}:/usr/bin:/bin`, TMPDIR: root }, stdio: ["ignore", "pipe", "pipe"] });
  return {
    root,
    npmRuns: () => (existsSync(join(root, "npm-runs")) ? readFileSync(join(root, "npm-runs"), "utf8").split("\n").length - 1 : 0),
    start,
    run: async (...args) => {
      const child = start(...args);
      const [out, errors, [code]] = await Promise.all([text(child.stdout as NonNullable<ChildProcess["stdout"]>), text(child.stderr as NonNullable<ChildProcess["stderr"]>), once(child, "exit")]);
      return { code, said: out + errors };
    },
  };
}

test("the first run installs and says so, the second one does nothing and says nothing", async () => {
  const { run, npmRuns } = checkout();
  const first = await run();
  assert.equal(first.code, 0, first.said);
  assert.match(first.said, /Installing Makegood/);
  assert.deepEqual(await run(), { code: 0, said: "" });
  assert.equal(npmRuns(), 1);
});

test("a changed lock file is installed anew", async () => {
  const { root, run, npmRuns } = checkout(`rm -rf node_modules\n${NPM_THAT_WORKS}`);
  await run();
  writeFileSync(join(root, "package-lock.json"), JSON.stringify({ packages: { "node_modules/node": { version: VERSION, integrity: "sha512-y" } } }));
  assert.equal((await run()).code, 0);
  assert.equal(npmRuns(), 2);
});

test("what a developer installed by hand from the same lock file is taken as it is", async () => {
  const { root, run, npmRuns } = checkout();
  await run();
  rmSync(join(root, "node_modules", ".makegood-installed"));
  assert.equal((await run()).code, 0);
  assert.equal(npmRuns(), 1);
});

test("of two runs at once one installs and the other waits for it", async () => {
  const { run, npmRuns } = checkout(`sleep 1\n${NPM_THAT_WORKS}`);
  const both = await Promise.all([run(), run()]);
  assert.deepEqual(both.map(({ code }) => code), [0, 0]);
  assert.equal(npmRuns(), 1);
});

test("an installation that was killed does not block the next one", async () => {
  const { run, npmRuns } = checkout(`[ -e once ] || { touch once; kill -9 $PPID; exit 1; }\n${NPM_THAT_WORKS}`);
  assert.equal((await run()).code, null);
  const next = await run();
  assert.equal(next.code, 0, next.said);
  assert.equal(npmRuns(), 2);
});

test("an installation that is told to stop takes npm with it", async () => {
  const { start } = checkout("echo at work as $$; exec sleep 1000");
  const stopped = start();
  const [chunk] = await once(stopped.stdout as NonNullable<ChildProcess["stdout"]>, "data");
  let said = String(chunk);
  while (!said.includes("at work")) said += String((await once(stopped.stdout as NonNullable<ChildProcess["stdout"]>, "data"))[0]);
  stopped.kill("SIGTERM");
  // Both outputs end only when npm has gone as well.
  await once(stopped, "close");
});

test("an installation that fails says what to do, and is tried again", async () => {
  const { run, npmRuns } = checkout("echo no network >&2; exit 1");
  const { code, said } = await run();
  assert.equal(code, 1);
  assert.match(said, /no network[\s\S]*Check the network/);
  await run();
  assert.equal(npmRuns(), 2);
});

test("where npm's install scripts are off, the program of Node is fetched all the same", async () => {
  const { run } = checkout(`
    mkdir -p node_modules/node && cp package-lock.json node_modules/.package-lock.json
    echo 'require("fs").mkdirSync("bin"); require("fs").symlinkSync("${process.execPath}", "bin/node")' > node_modules/node/installArchSpecificPackage.js`);
  const { code, said } = await run();
  assert.equal(code, 0, said);
  assert.match(said, /scripts are off/);
});

test("a Node that does not run on this system is reported with what it needs", async () => {
  const { root, run } = checkout(NPM_THAT_WORKS.replace(`"${process.execPath}"`, "/bin/false"));
  const { code, said } = await run();
  assert.equal(code, 1);
  assert.match(said, /does not run here[\s\S]*glibc/);
  assert.ok(!existsSync(join(root, "node_modules", ".makegood-installed")));
});

test("a script after it runs on our Node, with its arguments, its exit code and its signals", async () => {
  const { root, run, start } = checkout();
  writeFileSync(join(root, "scripts", "after.mjs"), `
    console.log(process.execPath, process.argv.slice(2));
    if (process.argv[2] === "wait") { process.once("SIGTERM", () => process.exit(7)); setInterval(() => {}, 1000); console.log("ready"); }
    else process.exit(5);`);
  const { code, said } = await run("scripts/after.mjs", "a", "b c");
  assert.equal(code, 5);
  assert.ok(said.includes(dirname(process.execPath)) && said.includes("[ 'a', 'b c' ]"), said);

  const waiting = start("scripts/after.mjs", "wait");
  for await (const chunk of waiting.stdout as NonNullable<ChildProcess["stdout"]>) if (String(chunk).includes("ready")) break;
  waiting.kill("SIGTERM");
  assert.deepEqual(await once(waiting, "exit"), [7, null]);
});

test("what runs on our Node is compiled once and kept beside the packages", async () => {
  const { root, run } = checkout();
  writeFileSync(join(root, "scripts", "part.mjs"), "export const part = 1;");
  writeFileSync(join(root, "scripts", "after.mjs"), `
    import { flushCompileCache } from "node:module";
    import "./part.mjs";
    flushCompileCache();`);
  assert.equal((await run("scripts/after.mjs")).code, 0);
  assert.ok(readdirSync(join(root, "node_modules", ".cache", "compiled"), { recursive: true }).length > 1, "compiled code is kept");
});

test("the lock file names every optional package, or `npm ci` would refuse it", () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")) as { packages: Record<string, { optionalDependencies?: Record<string, string> }> };
  const locked = new Set(Object.keys(packages).map((path) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length)));
  const missing = Object.values(packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {})).filter((name) => !locked.has(name));
  assert.deepEqual(missing, [], "pin the package that wants them to a version whose parts are all published");
});
