import type { SinkEnvelope } from "./mail.ts";

/** How much of the returned mail a report carries: its headers are enough to find the message again. */
const MAX_RETURNED = 16 * 1024;

/**
 * A delivery status notification (RFC 3464) about `recipient`, as its mail server would send it to the sender.
 * `status` is the enhanced code, such as 5.1.1; `says` what the server answered.
 */
export function deliveryReport(envelope: SinkEnvelope, recipient: string, raw: Uint8Array, status: string, says: string): Buffer {
  const headerEnd = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).indexOf("\r\n\r\n");
  const headers = Buffer.from(raw.subarray(0, Math.min(headerEnd < 0 ? raw.length : headerEnd + 2, MAX_RETURNED))).toString("latin1");
  const action = status.startsWith("4") ? "delayed" : status.startsWith("2") ? "delivered" : "failed";
  const reply = `${status.startsWith("4") ? "450" : status.startsWith("2") ? "250" : "550"} ${status} ${says}`;
  const lines = [
    "From: Mail Delivery System <mailer-daemon@sink.invalid>",
    `To: <${envelope.from}>`,
    "Subject: Delivery report",
    "Auto-Submitted: auto-replied",
    "MIME-Version: 1.0",
    'Content-Type: multipart/report; report-type=delivery-status; boundary="=_report"',
    "",
    "--=_report",
    "Content-Type: text/plain; charset=utf-8",
    "",
    `Your message to <${recipient}>: ${action}. The server answered: ${reply}`,
    "",
    "--=_report",
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; sink.invalid",
    "",
    `Final-Recipient: rfc822; ${recipient}`,
    `Action: ${action}`,
    `Status: ${status}`,
    `Diagnostic-Code: smtp; ${reply}`,
    "",
    "--=_report",
    "Content-Type: text/rfc822-headers",
    "",
    `${headers}`,
    "--=_report--",
    "",
  ];
  return Buffer.from(lines.join("\r\n"), "latin1");
}
