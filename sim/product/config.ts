import { join } from "node:path";
import { CARRIER, PUBLIC_URL } from "../world/carrier-format.ts";
import type { Place } from "../world/eras.ts";
import { SECRETS } from "../world/orders.ts";

export const STORE_NAME = "hearth";
/** Whoever tells the customers of a store that has not heard from a source for this long tells them guesses. */
export const SILENT_AFTER_HOURS = 6;
export const LAG_AFTER_MINUTES = 15;
/** The help desk has something to tell once in a while. */
const SELDOM = "silentAfter: 720h";
/** What the shop's own forms record consents with. */
export const API_KEY = "the-simulated-shops-key";
/** Of the store's playbooks one writes a text before a mail: what fails on either channel moves on to the other. */
const OVERRIDES = join(import.meta.dirname, "playbooks");
/** A circuit breaker low enough that a seed can meet it. */
export const SEND_CAP = 8;

/** Whose holidays the store keeps: in Britain each country has its own. */
const HOLIDAYS = { DE: "DE", GB: "GB-ENG", US: "US" } as const;

/** What differs from seed to seed. */
export interface ConfigWish {
  readonly evidence: readonly ["final" | "relay", "final" | "relay"];
  readonly sendCap: number;
  readonly place: Place;
}

/** The store's configuration, read like any other. No port is ever opened. */
export function simConfig(wish: ConfigWish): string {
  const provider = (name: string, evidence: string) => `{ name: ${name}, host: 127.0.0.1, port: 25, tls: none, evidence: ${evidence} }`;
  const { country, zone, cutOffHour } = wish.place;
  const carrier = (name: string) => `{ name: ${name}, type: twilio, accountSid: ${CARRIER.account}, authToken: ${CARRIER.token}, messagingServiceSid: ${CARRIER.service} }`;
  const watch = `silentAfter: ${SILENT_AFTER_HOURS}h, lagAfter: ${LAG_AFTER_MINUTES}m`;
  return `
publicUrl: ${PUBLIC_URL}
secret: the simulated store has nothing to hide
people:
  - { name: Mira Stone, email: mira@hearth.example, roles: [order-ops, finance] }
  - { name: Paul Reed, email: paul@hearth.example, roles: [on-call] }
stores:
  ${STORE_NAME}:
    name: Hearth & Larder
    url: https://hearth.example
    zone: ${zone}
    country: ${country}
    locale: en
    support: { email: help@hearth.example, phone: "+49 30 5550 100", hours: "Mon-Fri 9-17" }
    calendar: { weekend: [sat, sun], holidays: [${HOLIDAYS[country]}], cutOff: "${cutOffHour}:00" }
    sources:
      shopify: { type: shopify, secrets: ["${SECRETS.shop}"], domains: [hearth.example], ${watch}, api: { baseUrl: "https://shop.example", token: simulated } }
      stripe: { type: stripe, secrets: ["${SECRETS.processor}"], ${watch}, orderIdsFrom: shopify, api: { baseUrl: "https://processor.example", key: simulated } }
      desk: { type: cloudevents, secrets: ["${SECRETS.desk}"], ${SELDOM} }
      easypost: { type: easypost, secrets: ["${SECRETS.tracker}"], ${watch}, api: { baseUrl: "https://tracker.example", key: simulated } }
    mail:
      from: care@hearth.example
      replyTo: help@hearth.example
      sendCapPerHour: ${wish.sendCap}
      providers:
        - ${provider("first", wish.evidence[0])}
        - ${provider("second", wish.evidence[1])}
    channels:
      sms:
        providers:
          - ${carrier("one")}
          - ${carrier("two")}
        quietHours: { from: "21:00", to: "08:00" }
    evidence:
      twilio: { type: twilio, authTokens: ["${CARRIER.token}"] }
    apiKeys: ["${API_KEY}"]
    playbookOverrides: ${OVERRIDES}
    paging: { order: [Mira Stone, Paul Reed], lead: 15m, repeat: 60m }
`;
}
