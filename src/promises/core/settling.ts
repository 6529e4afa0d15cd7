import type { Instant } from "../../base/time.ts";
import { never } from "../../base/errors.ts";
import type { PromiseKind } from "../../playbooks/index.ts";
import type { StorePromise } from "./model.ts";
import { broken, closed, madeGood } from "./outcome.ts";

/** What somebody who knows decides of a promise, by event time. */
export type Verdict =
  /** It was done at `at`: kept when that was in time, else broken and made good. */
  | { readonly kind: "kept"; readonly at: Instant }
  /** What counted as done at an earlier time came to nothing (a mail came back): it is owed again, and the clock decides. */
  | { readonly kind: "reopened" }
  | { readonly kind: "superseded"; readonly at: Instant; readonly because: string }
  /** A person releases the store from it. */
  | { readonly kind: "waived"; readonly at: Instant; readonly byWhom: string; readonly because: string };

/** Which promises a verdict is about: one, or those of a kind that belong to a case. */
export type Verdicts =
  | { readonly promiseId: string; readonly verdict: Verdict }
  | { readonly caseId: string; readonly kind: PromiseKind; readonly verdict: Verdict };

/** The promise after a verdict. What is closed for good is left alone; the very same promise when nothing changes. */
export function afterVerdict(promise: StorePromise, verdict: Verdict): StorePromise {
  if (promise.state === "waived" || promise.state === "superseded") return promise;
  switch (verdict.kind) {
    case "kept":
      return keptAt(promise, verdict.at);
    case "reopened":
      return reopened(promise);
    case "superseded":
      return isOpen(promise) ? closed(promise, "superseded", verdict.at, verdict.because) : promise;
    case "waived":
      return waived(promise, verdict);
    default:
      return never(verdict);
  }
}

/** The first time that it was done counts. */
function keptAt(promise: StorePromise, at: Instant): StorePromise {
  if (promise.state === "kept") return promise;
  if (at <= promise.dueAt) return closed(promise, "kept", at, undefined);
  const alreadyAt = promise.madeGoodAt;
  if (alreadyAt !== undefined && alreadyAt <= at) return promise;
  return madeGood(promise.state === "broken" ? promise : broken(promise, promise.dueAt), at);
}

/** One that was kept is open again; one that had broken and was made good is owed again. */
function reopened(promise: StorePromise): StorePromise {
  if (promise.state === "broken") return promise.madeGoodAt === undefined ? promise : madeGood(promise, undefined);
  if (promise.state !== "kept") return promise;
  const { settledAt: _, because: __, ...open } = promise;
  return { ...open, state: "open" };
}

/** A broken promise stays broken: the books show that it broke and that a person released the store. */
function waived(promise: StorePromise, { at, byWhom, because }: Extract<Verdict, { kind: "waived" }>): StorePromise {
  if (promise.waivedAt !== undefined || promise.madeGoodAt !== undefined || promise.state === "kept") return promise;
  const released = { ...promise, because, waivedAt: at, waivedBy: byWhom };
  return promise.state === "broken" ? released : { ...released, state: "waived", settledAt: at };
}

function isOpen(promise: StorePromise): boolean {
  return promise.state === "open" || promise.state === "suspended";
}
