import type { Ports } from "../../base/ports.ts";
import { parseMailAddress, prebuild, type ReplyMail } from "../../outreach/index.ts";
import { carryMail } from "./carry-mail.ts";
import type { StoreRuntime } from "./store-runtime.ts";

/** Sends what customers answered by text to the mailbox that people read answers in, through the same mail servers as notices. */
export function replySender(runtime: StoreRuntime, ports: Ports): (mail: ReplyMail) => Promise<boolean> {
  const { mailServers, outreach: { settings } } = runtime;
  return async ({ id, subject, text }) => {
    const [from, to] = [parseMailAddress(settings.from.address), parseMailAddress(settings.replyTo)];
    if (!from || !to) return false;
    const template = prebuild({ from: { name: settings.from.name, address: from }, replyTo: { address: to }, language: "en", subject: [subject], text: [text], html: [`<p>${escapeHtml(text).replaceAll("\n", "<br>")}</p>`] });
    const content = template.fill({ to: { address: to }, values: {}, messageId: `reply-${id}@${settings.mailDomain}`, date: ports.clock.now() });
    return (await carryMail(mailServers, { from, to, content }, true)).kind === "accepted";
  };
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
