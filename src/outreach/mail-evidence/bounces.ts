import type { MailEvidence, ReportedRecipient } from "./evidence.ts";
import { addressIn, messageIdIn, parseFieldGroups, parseFields } from "./fields.ts";
import type { Fields } from "./fields.ts";
import { judge } from "./judge.ts";
import { otherAddresses, readNotice } from "./notices.ts";
import type { Notice } from "./notices.ts";
import type { ReceivedMail } from "./received-mail.ts";

/** Who writes for a mail system. Only such mails, or those from the null sender, are read as notices. */
const SYSTEM_SENDER = /^(?:mailer-?daemon|post_?master|mail-?system|sysadmin|system|administrator|no-?reply)(?:@|$)/i;
/** How many recipients one report may name. */
const MAX_RECIPIENTS = 100;

/** Reads a mail as a delivery report: standard, or in the words of some mail system. Undefined when it is none. */
export function readBounce(mail: ReceivedMail): MailEvidence | undefined {
  const notice = readNotice(mail.subject, mail.text);
  const recipients = fromStatusParts(mail, notice) ?? (fromSystem(mail) ? fromText(mail, notice) : undefined);
  if (!recipients) return undefined;
  const originalMessageId = originalIdOf(mail, notice);
  return { kind: "bounce", recipients, ...(originalMessageId === undefined ? {} : { originalMessageId }) };
}

/** RFC 3464: one group of fields for each recipient. */
function fromStatusParts(mail: ReceivedMail, notice: Notice | undefined): readonly ReportedRecipient[] | undefined {
  return reportsIn(mail.deliveryStatus.flatMap(parseFieldGroups), notice, mail.text);
}

function reportsIn(groups: readonly Fields[], notice: Notice | undefined, text: string): readonly ReportedRecipient[] | undefined {
  const recipients = groups.slice(0, MAX_RECIPIENTS + 1).flatMap((fields) => {
    // The address that we wrote to, before the alias that it was rewritten to.
    const address = addressIn(fields["original-recipient"]) ?? addressIn(fields["final-recipient"]) ?? addressIn(fields["x-actual-recipient"]);
    if (address === undefined) return [];
    const { action, status } = fields;
    const diagnostic = fields["diagnostic-code"] ?? "";
    const section = notice?.recipients.find((one) => one.address === address)?.section ?? notice?.text ?? text;
    return [judge({ address, ...(action ? { action } : {}), ...(status ? { status } : {}), diagnostic, notice: section, final: notice?.kind !== "delay" })];
  });
  return recipients.length > 0 ? recipients : undefined;
}

function fromSystem(mail: ReceivedMail): boolean {
  const returnPath = mail.headers["return-path"]?.replace(/[<>\s]/g, "");
  const failed = mail.headers["x-failed-recipients"] !== undefined;
  return failed || returnPath === "" || mail.from === undefined || SYSTEM_SENDER.test(mail.from) || SYSTEM_SENDER.test(returnPath ?? "");
}

/** Systems that write for people only. */
function fromText(mail: ReceivedMail, notice: Notice | undefined): readonly ReportedRecipient[] | undefined {
  // Some hosted mailboxes and forwarding gateways put the machine-readable fields into the text.
  const fields = reportsIn(parseFieldGroups(mail.text).filter((group) => group["final-recipient"]), notice, mail.text);
  if (fields) return fields;
  if (!notice) return undefined;
  const final = notice.kind === "final";
  if (notice.recipients.length > 0) {
    return notice.recipients.map(({ address, section }) => judge({ address, diagnostic: section, notice: notice.text, final }));
  }
  const addresses = failedRecipients(mail, notice);
  return addresses.length > 0 ? addresses.map((address) => judge({ address, diagnostic: "", notice: notice.text, final })) : undefined;
}

/**
 * Exim and Gmail name the recipients in a field. Others leave them in the text, where the returned mail tells which
 * of the addresses they are; failing all that, they are those of the returned mail.
 */
function failedRecipients(mail: ReceivedMail, notice: Notice): string[] {
  const named = addressesIn(mail.headers["x-failed-recipients"]);
  if (named.length > 0) return named;
  const original = mail.original ?? parseFields(notice.returned);
  const meant = addressesIn(original["to"]);
  const own = [mail.headers["to"], mail.headers["from"], original["from"], original["sender"], original["return-path"]].flatMap(addressesIn);
  const others = otherAddresses(notice, own.map((address) => address.toLowerCase()));
  const both = others.filter((address) => meant.includes(address));
  return both.length > 0 ? both : others.length > 0 ? others : meant;
}

function addressesIn(list: string | undefined): string[] {
  const all = (list ?? "").split(",", MAX_RECIPIENTS).map(addressIn);
  return all.filter((address) => address !== undefined);
}

function originalIdOf(mail: ReceivedMail, notice: Notice | undefined): string | undefined {
  const stated = mail.deliveryStatus.map((text) => parseFields(text)["x-original-message-id"]).find((id) => id !== undefined);
  const quoted = /^message-id:[ \t]*(<[^<>\s]+>)/im.exec(notice?.returned ?? "")?.[1];
  return (
    messageIdIn(mail.original?.["message-id"]) ??
    messageIdIn(stated) ??
    messageIdIn(quoted) ??
    messageIdIn(mail.headers["in-reply-to"]) ??
    messageIdIn(mail.headers["references"]?.trim().split(/\s+/).at(-1))
  );
}
