/** What the sample store needs to know of the machine that it runs on. */
export interface SampleMachine {
  readonly publicUrl: string;
  readonly secret: string;
  readonly port: number;
  /** The two sinks that stand for two mail providers. */
  readonly mailPorts: readonly [number, number];
  readonly secrets: { readonly shop: string; readonly processor: string };
}

export const SAMPLE_STORE = "sample";
/** Where the sample store's sinks hold mailboxes; `.example` can never be anybody's (RFC 2606). */
const SAMPLE_STAFF = "mira@hearth.example";

/**
 * The sample store's configuration, read like any other: what it shows is what a store's own file would do.
 * Its providers are the recipients' own servers (`final`): a mail that they take is in the mailbox.
 */
export function sampleConfig(machine: SampleMachine): string {
  const provider = (name: string, port: number) => `{ name: ${name}, host: 127.0.0.1, port: ${port}, tls: none, evidence: final }`;
  return `
publicUrl: ${machine.publicUrl}
secret: ${machine.secret}
port: ${machine.port}
people:
  - { name: Mira Stone, email: ${SAMPLE_STAFF}, roles: [order-ops, finance] }
  - { name: Paul Reed, email: paul@hearth.example, roles: [on-call] }
stores:
  ${SAMPLE_STORE}:
    name: Hearth & Larder
    url: https://hearth.example
    zone: Europe/Berlin
    country: DE
    locale: en
    colour: "#7a3b1d"
    support: { email: help@hearth.example, phone: "+49 30 5550 100", hours: "Mon-Fri 9-17" }
    withoutPlaybooks: [delayed-fulfilment]
    calendar: { weekend: [sat, sun], holidays: [DE], cutOff: "16:00" }
    sources:
      shopify: { type: shopify, secrets: ["${machine.secrets.shop}"], domains: [hearth.example], silentAfter: 24h, lagAfter: 4h }
      stripe: { type: stripe, secrets: ["${machine.secrets.processor}"], silentAfter: 24h, lagAfter: 4h, orderIdsFrom: shopify }
    mail:
      from: care@hearth.example
      replyTo: help@hearth.example
      providers:
        - ${provider("first", machine.mailPorts[0])}
        - ${provider("second", machine.mailPorts[1])}
    paging: { order: [Mira Stone, Paul Reed], lead: 15m, repeat: 2h }
`;
}
