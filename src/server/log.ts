import { pino } from "pino";
import type { Log } from "../base/ports.ts";

/** Field names that could carry a person's data or a secret; replaced wherever a log line holds one. */
const PRIVATE_FIELDS = ["email", "address", "phone", "name", "firstName", "lastName", "token", "secret", "authorization", "password", "body"];

/** Structured log lines on standard error; `LOG_LEVEL` sets how much (default `info`). */
export function createLog(level = process.env["LOG_LEVEL"] ?? "info"): Log {
  const paths = PRIVATE_FIELDS.flatMap((field) => [field, `*.${field}`]);
  return pino({ level, redact: { paths, censor: "[private]" }, base: null }, pino.destination({ fd: 2, sync: true }));
}

/** Swallows everything: for tests and the simulator. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };
