import { instant, type Instant } from "../../base/time.ts";
import type { MailSink, SinkMail } from "../mail-sink/index.ts";

/** A mail as its reader would see it in a mailbox. */
export interface SeenMail {
  /** `<sink>-<number>`: which sink took it, and its number there. */
  readonly key: string;
  readonly to: string;
  readonly name: string;
  readonly from: string;
  readonly subject: string;
  /** By the sample store's clock. */
  readonly at: Instant;
  readonly html?: string;
  readonly text: string;
  /** It came back: the mailbox is gone. */
  readonly bounced: boolean;
  /** It calls one of the store's own people. */
  readonly toStaff: boolean;
  /** The order's page that it links to. */
  readonly orderPage?: string;
}

/** What tells the mails of a store apart. */
export interface Desk {
  readonly sinks: readonly Pick<MailSink, "messages">[];
  readonly staff: ReadonlySet<string>;
  readonly publicUrl: string;
}

const KEY = /^(\d{1,2})-(\d{1,9})$/;
const ORDER_PAGE = /\/o\/[\w-]+/;
const RETURNED_ID = /^Message-ID:\s*(<[^>\s]+>)/im;

/** The mails that the sinks hold, newest first. Delivery reports mark the mail that came back and are not shown themselves. */
export async function seenMails(desk: Desk): Promise<readonly SeenMail[]> {
  const held = desk.sinks.flatMap((sink, index) => sink.messages().map((mail) => ({ sink: index, mail })));
  const returned = new Set(held.flatMap(({ mail }) => (isReport(mail) ? [returnedId(mail)] : [])));
  const seen = await Promise.all(held.filter(({ mail }) => !isReport(mail)).map(({ sink, mail }) => seenMail(desk, sink, mail, returned)));
  return seen.toSorted((a, b) => b.at - a.at || (a.key < b.key ? 1 : -1));
}

/** One mail by its key; undefined when the sink no longer holds it. */
export async function seenMailOf(desk: Desk, key: string): Promise<SeenMail | undefined> {
  const [, sink, number] = KEY.exec(key) ?? [];
  const mail = desk.sinks[Number(sink)]?.messages().find((each) => each.number === Number(number));
  return mail && !isReport(mail) ? seenMail(desk, Number(sink), mail, new Set()) : undefined;
}

async function seenMail(desk: Desk, sink: number, mail: SinkMail, returned: ReadonlySet<string | undefined>): Promise<SeenMail> {
  const { subject, date, html, text, messageId, to, from } = await mail.parsed();
  const address = mail.envelope.to[0] ?? "";
  const orderPage = ORDER_PAGE.exec(text ?? "")?.[0];
  return {
    key: `${sink}-${mail.number}`,
    to: address,
    name: to?.[0]?.name || address,
    from: from?.name || mail.envelope.from,
    subject: subject ?? "",
    at: instant(date === undefined ? 0 : Date.parse(date)),
    text: text ?? "",
    ...(html !== undefined && { html }),
    bounced: messageId !== undefined && returned.has(messageId),
    toStaff: desk.staff.has(address.toLowerCase()),
    ...(orderPage !== undefined && { orderPage }),
  };
}

/** A delivery report has the null sender (RFC 3464, 2). */
function isReport(mail: SinkMail): boolean {
  return mail.envelope.from === "";
}

function returnedId(mail: SinkMail): string | undefined {
  return RETURNED_ID.exec(Buffer.from(mail.raw).toString("latin1"))?.[1];
}
