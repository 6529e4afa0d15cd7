import { createHash, createHmac } from "node:crypto";

/** What the simulated carrier's account signs with. */
export const CARRIER = { account: `AC${"0".repeat(32)}`, service: `MG${"0".repeat(32)}`, token: "the-simulated-carriers-token" } as const;
export const PUBLIC_URL = "https://care.hearth.example";
const EVIDENCE_PATH = "/evidence/hearth/twilio";

/** A request as the carrier makes it. */
export interface SignedForm {
  /** What it is about, for those who follow a replay. */
  readonly name: string;
  /** Without the host. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A form as the carrier posts it, signed as it signs (https://www.twilio.com/docs/usage/security#validating-requests). `id`: what we asked to be told with a status. */
export function signedForm(name: string, { id, fields }: { readonly id?: string; readonly fields: Readonly<Record<string, string>> }): SignedForm {
  const all = { AccountSid: CARRIER.account, ...fields };
  const url = id === undefined ? EVIDENCE_PATH : `${EVIDENCE_PATH}?${new URLSearchParams({ "makegood-id": id }).toString()}`;
  const pairs = Object.entries(all).sort(([one], [other]) => (one < other ? -1 : 1));
  const signed = `${PUBLIC_URL}${url}${pairs.map(([key, value]) => key + value).join("")}`;
  const signature = createHmac("sha1", CARRIER.token).update(signed).digest("base64");
  return { name, url, headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature }, body: new URLSearchParams(all).toString() };
}

/** The carrier's own id of a text, the same whenever it speaks of it. */
export function messageSid(of: string): string {
  return `SM${createHash("sha256").update(of).digest("hex").slice(0, 32)}`;
}

/** A text that a person sent to the store. */
export function inboundForm(key: string, from: string, words: string, optOut: string | undefined): SignedForm {
  return signedForm(`reply ${key}`, { fields: { MessageSid: messageSid(key), SmsStatus: "received", From: from, To: "+15005550006", Body: words, ...(optOut !== undefined && { OptOutType: optOut }) } });
}
