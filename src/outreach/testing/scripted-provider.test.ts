import { mailProviderContract } from "../smtp/contract.ts";
import type { ServerFault } from "../smtp/contract.ts";
import type { Envelope, MailProvider } from "../smtp/outcome.ts";
import { scriptedProvider } from "./scripted-provider.ts";
import type { Script } from "./scripted-provider.ts";

/** The script under which the provider behaves as a server with this fault makes a real one behave. */
function scriptOf(fault: ServerFault): (mail: Envelope) => Script {
  const at = (name: string, victim: string, said: Script) => (name === victim ? said : TAKE);
  switch (fault.kind) {
    case "not-there":
      return () => ({ kind: "notSent" });
    case "refuse-connection":
      return () => ({ kind: "refuse", code: fault.code, scope: "provider" });
    case "refuse-sender":
      return (mail) => at(mail.from, fault.from, { kind: "refuse", code: fault.code, scope: "provider" });
    case "refuse-recipient":
      return (mail) => at(mail.to, fault.to, { kind: "refuse", code: fault.code, scope: "address" });
    case "refuse-data":
    case "refuse-mail":
      return (mail) => at(mail.to, fault.to, { kind: "refuse", code: fault.code, scope: fault.code < 500 ? "provider" : "message" });
    case "close-before-mail":
      return (mail) => at(mail.to, fault.to, fault.once ? TAKE : { kind: "notSent" });
    case "close-after-taking":
    case "hang-after-taking":
    case "half-reply-after-taking":
      return (mail) => at(mail.to, fault.to, { kind: "lost", taken: true });
    case "close-without-taking":
      return (mail) => at(mail.to, fault.to, { kind: "lost", taken: false });
    case "none":
    case "closing-down":
      return () => TAKE;
  }
}

const TAKE: Script = { kind: "take" };

mailProviderContract<MailProvider>(
  "the scripted provider",
  (endpoint) => Promise.resolve(endpoint),
  (fault) => {
    const provider = scriptedProvider(scriptOf(fault));
    return Promise.resolve({ endpoint: provider, taken: () => provider.mailbox.map((mail) => mail.to), close: () => Promise.resolve() });
  },
);
