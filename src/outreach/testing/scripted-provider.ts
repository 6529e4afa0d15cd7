import type { Envelope, MailProvider, Outcome } from "../smtp/outcome.ts";

/** What the scripted provider does with one mail. `lost` mails are taken (or not) and never answered for. */
export type Script =
  | { readonly kind: "take" }
  | { readonly kind: "refuse"; readonly code: number; readonly scope: "address" | "message" | "provider" }
  | { readonly kind: "throttle" }
  | { readonly kind: "notSent" }
  | { readonly kind: "lost"; readonly taken: boolean };

/** A mail that the provider took, in the order of taking. */
export interface TakenMail {
  readonly to: string;
  readonly messageId: string;
  readonly content: string;
}

export interface ScriptedProvider extends MailProvider {
  /** The provider's own record of what it took: the truth that the ledger is judged by. */
  readonly mailbox: readonly TakenMail[];
  /** How many mails it was handed, whatever became of them. */
  readonly handed: number;
}

/** A mail provider in memory that does what `script` says of each mail. */
export function scriptedProvider(script: (mail: Envelope, messageId: string) => Script = () => ({ kind: "take" })): ScriptedProvider {
  const mailbox: TakenMail[] = [];
  let handed = 0;
  const sendOne = (mail: Envelope): Outcome => {
    handed++;
    const content = Buffer.from(mail.content).toString("utf8");
    const messageId = /^Message-ID: <(.+)>\r$/m.exec(content)?.[1] ?? "";
    const said = script(mail, messageId);
    if (said.kind === "take" || (said.kind === "lost" && said.taken)) mailbox.push({ to: mail.to, messageId, content });
    return outcomeOf(said);
  };
  return {
    mailbox,
    get handed() {
      return handed;
    },
    send: (batch) => Promise.resolve(batch.map(sendOne)),
    close: () => Promise.resolve(),
  };
}

function outcomeOf(said: Script): Outcome {
  switch (said.kind) {
    case "take":
      return { kind: "accepted", response: "250 2.0.0 taken" };
    case "refuse":
      return { kind: "refused", permanent: said.code >= 500, scope: said.scope, code: said.code, response: `${said.code} refused` };
    case "throttle":
      return { kind: "refused", permanent: false, scope: "provider", code: 421, response: "421 4.7.0 too many mails" };
    case "notSent":
      return { kind: "notSent", because: "cannot-connect", detail: "nobody is there" };
    case "lost":
      return { kind: "unknown", because: "timeout", detail: "no answer" };
  }
}
