import { zonesOf } from "../../../base/zones.ts";
import type { OrderView } from "../../../commerce/index.ts";
import { MAIL, type Channel } from "../../channel.ts";
import { allowedAt } from "../../core/quiet-hours.ts";
import type { Provider } from "../../provider.ts";
import { parseMailAddress } from "../../smtp/addresses.ts";
import type { Envelope } from "../../smtp/outcome.ts";
import type { ChannelModule } from "../module.ts";
import { writeMail } from "./write-mail.ts";

/** Its settings stand under `mail`: every store has it. */
export const channel: ChannelModule = { manifest: { name: MAIL, title: "E-mail", said: { en: "By email", de: "Per E-Mail", fr: "Par e-mail" } }, create: (_, { mailServers }) => emailChannel(mailServers) };

/** Mail through these servers. */
export function emailChannel(providers: readonly Provider[]): Channel<Envelope> {
  return {
    name: MAIL,
    providers,
    needsConsent: false,
    addressOf,
    allowedAt: (at, order, { quietHours, zone }) => allowedAt(at, quietHours.email, zonesOf(order?.country, zone)),
    writer: () => Promise.resolve(writeMail),
  };
}

/** The order's e-mail address, if mail can be addressed to it at all. */
function addressOf({ contact }: OrderView): string | undefined {
  return contact.email === undefined ? undefined : parseMailAddress(contact.email);
}
