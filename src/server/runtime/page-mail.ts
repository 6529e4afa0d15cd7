import nodemailer from "nodemailer";
import type { Ports } from "../../base/ports.ts";
import { newToken } from "../../base/ids.ts";
import type { CallOutcome, PageMail } from "../../people/index.ts";
import { parseMailAddress } from "../../outreach/index.ts";
import { carryMail } from "./carry-mail.ts";
import type { StoreRuntime } from "./store-runtime.ts";

/**
 * Sends page mails to staff, through the same providers as notices: the first that takes it. They are few and plain,
 * so nodemailer builds them. A page is never in doubt twice: the call row stands before, and it is repeated until somebody answers.
 */
export function pageSender(runtime: StoreRuntime, ports: Ports): (mail: PageMail) => Promise<CallOutcome> {
  const { mailServers, outreach: { settings } } = runtime;
  const composer = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: "windows" });
  return async (mail) => {
    const built = await composer.sendMail({
      from: settings.from,
      to: { name: mail.to.name, address: mail.to.email },
      subject: mail.subject,
      text: mail.text,
      date: new Date(ports.clock.now()),
      messageId: `<page-${newToken(ports.random)}@${settings.mailDomain}>`,
      headers: { "Auto-Submitted": "auto-generated" },
    });
    const [from, to] = [parseMailAddress(settings.from.address), parseMailAddress(mail.to.email)];
    if (!from || !to) return { accepted: false, said: "the address cannot be written to" };
    // It is repeated until somebody answers: a second copy does no harm.
    const { kind, said } = await carryMail(mailServers, { from, to, content: built.message as Buffer }, true);
    return { accepted: kind === "accepted", said };
  };
}
