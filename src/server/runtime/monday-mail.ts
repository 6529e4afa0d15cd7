import type { Ports } from "../../base/ports.ts";
import type { ListOutcome, MondayMail } from "../../learning/index.ts";
import { parseMailAddress, prebuild } from "../../outreach/index.ts";
import { carryMail } from "./carry-mail.ts";
import type { StoreRuntime } from "./store-runtime.ts";

/**
 * Sends Monday lists through the same providers as notices: the first that takes it. Where one gave no answer no other
 * is asked, because it may have it. A global stop does not keep it: it is no word to a customer.
 */
export function mondaySender(runtime: StoreRuntime, ports: Ports): (mail: MondayMail) => Promise<ListOutcome> {
  const { mailServers, outreach: { settings } } = runtime;
  return async ({ to, subject, text, html, rfcId }) => {
    const [from, replyTo, reader] = [parseMailAddress(settings.from.address), parseMailAddress(settings.replyTo), parseMailAddress(to.email)];
    if (!from || !replyTo || !reader) return { kind: "refused", said: "the address cannot be written to" };
    const template = prebuild({ from: { name: settings.from.name, address: from }, replyTo: { address: replyTo }, language: "en", subject: [subject], text: [text], html: [html] });
    const content = template.fill({ to: { name: to.name, address: reader }, values: {}, messageId: rfcId, date: ports.clock.now() });
    return carryMail(mailServers, { from, to: reader, content }, false);
  };
}
