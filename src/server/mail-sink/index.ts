export { startMailSink } from "./sink.ts";
export type { MailSink, MailSinkOptions } from "./sink.ts";
export type { SinkMail } from "./mail.ts";
export type { SinkPolicy, SinkVerdict } from "./verdict.ts";
