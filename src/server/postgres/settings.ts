import type { Endpoint } from "./endpoint.ts";

/** PostgreSQL settings by name, as in postgresql.conf. */
export type Settings = Readonly<Record<string, string>>;

const DEFAULTS: Settings = {
  // One store's hot rows fit; PostgreSQL leaves the rest to the file cache of the system.
  shared_buffers: "128MB",
  // Web and worker pools together stay below half of it.
  max_connections: "100",
  // Parallel plans need shared memory that containers limit to 64 MB, and our statements are short.
  max_parallel_workers_per_gather: "0",
  // Compiling a plan costs more than running any of our statements.
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  // The start-up watches the log for its English words.
  lc_messages: "C",
  log_destination: "stderr",
  logging_collector: "off",
  log_line_prefix: "",
  // A failed statement and its error may quote a customer's address; the program that ran it knows of it anyway.
  log_min_messages: "log",
  log_min_error_statement: "panic",
  log_error_verbosity: "terse",
  password_encryption: "scram-sha-256",
  unix_socket_permissions: "0700",
};

/** For databases that may be lost at a power cut: tests and simulations. Ten times the commits a second. */
export const FAST_AND_FORGETFUL: Settings = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  autovacuum: "off",
};

/** The command line arguments of the server. */
export function serverArguments(cluster: string, endpoint: Endpoint, settings: Settings): string[] {
  const all = { ...DEFAULTS, ...settings, ...endpointSettings(endpoint) };
  return ["-D", cluster, ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
}

function endpointSettings(endpoint: Endpoint): Settings {
  switch (endpoint.kind) {
    case "socket":
      return { listen_addresses: "", unix_socket_directories: endpoint.folder, port: String(endpoint.port) };
    case "loopback":
      return { listen_addresses: "127.0.0.1", unix_socket_directories: "", port: String(endpoint.port) };
  }
}
