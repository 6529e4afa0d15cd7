export { startMailSink } from "./sink.ts";
export type { MailSink, MailSinkOptions } from "./sink.ts";
export type { SinkEnvelope, SinkMail } from "./mail.ts";
export type { SinkPolicy, SinkQuestion, SinkVerdict } from "./verdict.ts";
