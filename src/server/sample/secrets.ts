import type { SampleMachine } from "../../../sample/config.ts";

/** They guard nothing: the sample store is on loopback and its customers do not exist. */
export const SAMPLE_SECRETS = {
  secret: "the sample store has nothing to hide",
  secrets: { shop: "sample-shop-secret", processor: "whsec_sample_processor_secret" },
} as const;

/** The sample store as a command sees it: its mail servers run in `makegood start`, and a command sends nothing. */
export const SAMPLE_MACHINE: SampleMachine = { ...SAMPLE_SECRETS, publicUrl: "http://localhost:8080", port: 8080, mailPorts: [9, 9] };
