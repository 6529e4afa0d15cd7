import pg from "pg";
import type { Log } from "../../base/ports.ts";
import { type Binaries, findBinaries } from "./binaries.ts";
import { ensureCluster, SUPERUSER } from "./cluster.ts";
import { APPLICATION_DATABASE, APPLICATION_ROLE, chooseEndpoint, type Endpoint, removeEndpoint, urlOf } from "./endpoint.ts";
import { prepareHome, reachableBinaries } from "./home.ts";
import { stopOrphan } from "./orphan.ts";
import { takeOwnership } from "./owner-lock.ts";
import type { Settings } from "./settings.ts";
import { keepRunning } from "./keep-running.ts";
import { runServer } from "./server.ts";

/** A PostgreSQL server that this process owns. */
export interface PostgresServer {
  /** Where to connect, with the password in it. */
  readonly url: string;
  /** The TCP port on loopback; with a socket, the number in the socket's file name. */
  readonly port: number;
  /** Where it lives: the wanted folder, or the one it had to move to. */
  readonly folder: string;
  /** The process id of the server now running; another one after a crash. */
  pid(): number;
  /** Resolves, with the reason, when the server kept crashing and is no longer restarted. */
  readonly lost: Promise<Error>;
  /** Shuts it down properly and gives the folder free. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL that comes with Makegood on `dataFolder`, creating it the first time, and restarts it
 * when it crashes. Survives whatever a killed predecessor left behind.
 * Throws a Refusal when another process owns the folder, or when the folder is another version's or another user's.
 */
export async function startPostgres(wish: { dataFolder: string; log: Log; settings?: Settings }): Promise<PostgresServer> {
  const { log, settings = {} } = wish;
  const home = prepareHome(wish.dataFolder, log);
  const owner = takeOwnership(home.lockFile, home.folder);
  try {
    const binaries: Binaries = reachableBinaries(findBinaries(), home.account, log);
    const password = await ensureCluster(home, binaries, settings["fsync"] !== "off", log);
    await stopOrphan(home.cluster, log);
    const endpoint = await chooseEndpoint(home);
    const start = () => runServer(home, binaries, endpoint, settings, log);
    const running = await keepRunning(start, () => stopOrphan(home.cluster, log), log);
    await ensureApplicationDatabase(endpoint, password).catch(async (error) => {
      await running.stop();
      throw error;
    });
    return {
      url: urlOf(endpoint, APPLICATION_ROLE, password, APPLICATION_DATABASE),
      port: endpoint.port,
      folder: home.folder,
      pid: running.pid,
      lost: running.lost,
      stop: async () => {
        await running.stop();
        removeEndpoint(endpoint);
        owner.release();
      },
    };
  } catch (error) {
    owner.release();
    throw error;
  }
}

/** The application signs in with a role that owns its database and may create others, but is no superuser. */
async function ensureApplicationDatabase(endpoint: Endpoint, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(endpoint, SUPERUSER, password, "postgres") });
  await client.connect();
  try {
    const known = await client.query("SELECT FROM pg_roles WHERE rolname = $1", [APPLICATION_ROLE]);
    if (known.rowCount === 0) await client.query(`CREATE ROLE ${APPLICATION_ROLE} LOGIN CREATEDB PASSWORD ${pg.escapeLiteral(password)}`);
    const there = await client.query("SELECT FROM pg_database WHERE datname = $1", [APPLICATION_DATABASE]);
    if (there.rowCount === 0) await client.query(`CREATE DATABASE ${APPLICATION_DATABASE} OWNER ${APPLICATION_ROLE}`);
  } finally {
    await client.end();
  }
}
