import type { Envelope, Provider, SendOutcome } from "../../outreach/index.ts";

/** What became of a mail to staff. `unknown`: a provider may have it. */
export interface CarriedMail {
  readonly kind: "accepted" | "refused" | "unknown";
  /** The provider and its answer. */
  readonly said: string;
}

/**
 * Gives a mail to the providers in order, until one takes it. Where one gave no answer the next is asked only
 * `evenInDoubt`: better twice than not at all.
 */
export async function carryMail(providers: readonly Provider[], mail: Envelope, evenInDoubt: boolean): Promise<CarriedMail> {
  let carried: CarriedMail = { kind: "refused", said: "no provider is configured" };
  for (const provider of providers) {
    const [outcome] = await provider.transport.send([mail]);
    const kind = outcome === undefined || outcome.kind === "unknown" ? "unknown" : outcome.kind === "accepted" ? "accepted" : "refused";
    carried = { kind, said: `${provider.name}: ${outcome ? describe(outcome) : "no answer"}` };
    if (kind === "accepted" || (kind === "unknown" && !evenInDoubt)) return carried;
  }
  return carried;
}

function describe(outcome: SendOutcome): string {
  switch (outcome.kind) {
    case "accepted":
    case "refused":
      return outcome.response;
    case "notSent":
    case "unknown":
      return `${outcome.because}: ${outcome.detail}`;
  }
}
