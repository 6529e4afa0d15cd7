import type { StoreConfig } from "../config/schema.ts";
import { isNoReply } from "./no-reply.ts";

/** What keeps a customer from reaching a person, each with what to change. Empty when there is a way. */
export function missingWaysOut({ support, mail }: Pick<StoreConfig, "support" | "mail">): readonly string[] {
  const email = support.email !== undefined && !isNoReply(support.email);
  // A variable of the environment may be set and empty.
  const phone = /\d/.test(support.phone ?? "");
  return [
    ...(email || phone ? [] : ["support names no way to a person. Set support.email to a mailbox that people read, or support.phone to a number that they answer."]),
    ...(support.email === undefined || email ? [] : [`support.email is ${support.email}, which says of itself that nobody reads it, and stands in every notice. Name a mailbox that people read.`]),
    ...(isNoReply(mail.replyTo) ? [`Replies go to ${mail.replyTo}, which says of itself that nobody reads it, while every notice says that a person does. Set mail.replyTo to a mailbox that people read.`] : []),
  ];
}
