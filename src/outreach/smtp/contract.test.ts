import { mailProviderContract } from "./contract.ts";
import type { ContractServer, ServerFault } from "./contract.ts";
import { startFaultyServer, usualExtensions } from "./faulty-server.ts";
import type { Reaction, Step } from "./faulty-server.ts";
import { createSmtpTransport } from "./transport.ts";

const LIMITS = { connect: 5_000, greeting: 5_000, command: 5_000, write: 5_000, final: 150 };

for (const [how, extensions] of [["pipelined", usualExtensions], ["one command at a time", ["8BITMIME"]], ["without EHLO", undefined]] as const) {
  for (const connections of [1, 3]) {
    mailProviderContract(
      `SMTP ${how}, ${connections} connection(s)`,
      async (port: number) => createSmtpTransport({ host: "127.0.0.1", port, tls: "none", name: "test.invalid", connections, timeouts: LIMITS }),
      (fault) => serverWith(fault, extensions),
    );
  }
}

async function serverWith(fault: ServerFault, extensions: readonly string[] | undefined): Promise<ContractServer<number>> {
  const server = await startFaultyServer({ extensions: extensions ?? [], script: scriptOf(fault, extensions === undefined) });
  if (fault.kind === "not-there") await server.close();
  return { endpoint: server.port, taken: () => server.taken.map((mail) => mail.to), close: () => (fault.kind === "not-there" ? Promise.resolve() : server.close()) };
}

function scriptOf(fault: ServerFault, oldServer: boolean): (step: Step) => Reaction | undefined {
  const react = reactionTo(fault);
  return (step) => (oldServer && step.verb === "EHLO" ? { say: "502 5.5.1 Not implemented" } : react(step));
}

function reactionTo(fault: ServerFault): (step: Step) => Reaction | undefined {
  const at = (verb: Step["verb"], reaction: Reaction) => (step: Step) => ("to" in fault && step.verb === verb && step.to === fault.to ? reaction : undefined);
  switch (fault.kind) {
    case "none":
    case "not-there":
      return () => undefined;
    case "refuse-connection":
      return (step) => (step.verb === "CONNECT" ? { say: `${fault.code} No service`, close: true } : undefined);
    case "refuse-sender":
      return (step) => (step.verb === "MAIL" && step.line.includes(`<${fault.from}>`) ? { say: `${fault.code} No` } : undefined);
    case "refuse-recipient":
      return at("RCPT", { say: `${fault.code} ${fault.code === 450 ? "4.2.1" : "5.1.1"} No` });
    case "refuse-data":
      return at("DATA", { say: `${fault.code} No` });
    case "refuse-mail":
      return at("CONTENT", { say: `${fault.code} No`, keep: false });
    case "close-before-mail": {
      let left = fault.once ? 1 : Infinity;
      return (step) => (step.verb === "RCPT" && step.to === fault.to && left-- > 0 ? { close: true } : undefined);
    }
    case "close-after-taking":
      return at("CONTENT", { close: true, keep: true });
    case "close-without-taking":
      return at("CONTENT", { close: true, keep: false });
    case "hang-after-taking":
      return at("CONTENT", { hang: true, keep: true });
    case "half-reply-after-taking":
      return at("CONTENT", { say: "raw:250-2.0.0 Ta", keep: true, close: true });
    case "closing-down":
      return closingDown(fault.afterMails);
  }
}

function closingDown(afterMails: number): (step: Step) => Reaction | undefined {
  const mails = new Map<number, number>();
  return (step) => {
    if (step.verb === "CONTENT") mails.set(step.connection, (mails.get(step.connection) ?? 0) + 1);
    const full = (mails.get(step.connection) ?? 0) >= afterMails;
    return step.verb === "MAIL" && full ? { say: "421 4.7.0 Too many mails", close: true } : undefined;
  };
}
