import type { FulfilmentStatus, HoldReason, ParcelStatus, PaymentStatus, RefundStatus } from "../../intake/index.ts";
import type { PromiseKind } from "../../playbooks/index.ts";

/** The languages that the pages are written in. A page that is missing a sentence in one of them does not compile. */
export const LANGUAGES = ["en", "de", "fr"] as const;
export type Language = (typeof LANGUAGES)[number];

/** How a thing stands, as a reader needs to know it. Shown by a sign and a word, never by colour alone. */
export type Tone = "good" | "moving" | "owed" | "late";

/** Why an order was cancelled, as far as evidence allows it to be said. */
export type SaidReason = "customer" | "inventory" | "declined" | "staff" | "fraud" | "other" | "unstated" | "conflict";

/** Where a promise stands, in words for the one whom it was made to. */
export type PromiseMark = "open" | "checking" | "paused" | "kept" | "missed" | "putRight" | "dropped" | "replaced";

/** What became of one notice on one channel. */
export type WordState = "published" | "sent" | "delivered" | "returned" | "uncertain";

/** Every sentence of the customers' pages in one language. Amounts, days and moments come in already written for the reader. */
export interface Texts {
  /** This language's own name, for the switch. */
  readonly language: string;
  readonly skip: string;
  /** What the links to the same page in other languages are, together. */
  readonly otherLanguages: string;
  readonly order: (reference: string) => string;
  /** What is no order yet. */
  readonly basket: (reference: string) => string;
  readonly pageTitle: (reference: string, store: string) => string;
  readonly placed: (day: string) => string;
  /** A label and what it is of, with the colon as the language sets it. */
  readonly labelled: (label: string, text: string) => string;
  readonly tones: Readonly<Record<Tone, string>>;
  readonly standing: StandingTexts;
  readonly headings: {
    readonly stands: string;
    readonly next: string;
    readonly promised: string;
    readonly happened: string;
    readonly wrote: string;
    readonly items: string;
    readonly human: string;
  };
  readonly next: {
    readonly by: (when: string) => string;
    readonly overdue: (since: string) => string;
    readonly due: (since: string) => string;
    readonly prepare: string;
    readonly pay: string;
    readonly tryAgain: string;
    readonly arrive: string;
    readonly refund: (amount: string | undefined) => string;
    readonly hear: string;
    readonly write: string;
    readonly bank: string;
    readonly nothingOpen: string;
    readonly nothingToDo: string;
    readonly newWay: string;
  };
  readonly promises: {
    readonly what: Readonly<Record<PromiseKind, string>>;
    readonly refundOf: (amount: string) => string;
    readonly by: (when: string) => string;
    readonly marks: Readonly<Record<PromiseMark, string>>;
    readonly keptOn: (when: string) => string;
    readonly putRightOn: (when: string) => string;
    readonly missedNow: string;
    readonly policy: string;
    readonly statement: string;
    readonly law: (citation: string) => string;
    readonly none: string;
  };
  readonly happened: HappenedTexts;
  readonly choice: ChoiceTexts;
  readonly withdrawal: WithdrawalTexts;
  readonly words: {
    readonly channel: (channel: string) => string;
    readonly states: Readonly<Record<WordState, string>>;
    readonly none: string;
  };
  readonly items: { readonly total: string; readonly unknown: string };
  readonly human: {
    readonly lead: string;
    readonly email: string;
    readonly phone: string;
    readonly hours: string;
    readonly reference: string;
    readonly readOut: string;
  };
  readonly foot: { readonly zone: (zone: string) => string; readonly private: string; readonly erased: string; readonly updated: string };
  readonly find: FindTexts;
  readonly gone: { readonly title: string; readonly lead: string; readonly steps: readonly string[]; readonly look: (store: string) => string };
  readonly failed: { readonly title: string; readonly lead: string };
}

/** One sentence that says where an order stands now. */
export interface StandingTexts {
  readonly cancelled: {
    readonly plain: string;
    readonly asked: string;
    readonly notCharged: string;
    readonly due: (amount: string, by: string | undefined) => string;
    readonly late: (amount: string) => string;
    readonly sent: (amount: string | undefined) => string;
    readonly settled: (amount: string | undefined) => string;
    readonly failed: (amount: string | undefined) => string;
    readonly unclear: string;
  };
  readonly refund: {
    readonly due: (amount: string, by: string | undefined) => string;
    readonly late: (amount: string) => string;
    readonly sent: (amount: string | undefined) => string;
    readonly settled: (amount: string | undefined) => string;
    readonly failed: (amount: string | undefined) => string;
    readonly unclear: string;
  };
  readonly parcel: Readonly<Record<ParcelStatus, string>>;
  readonly payment: Readonly<Record<PaymentStatus, string>>;
  /** A basket that nobody has placed an order from, and one that became an order. */
  readonly basket: { readonly saved: string; readonly placed: string };
  readonly placed: string;
  readonly unknown: string;
}

/** What happened, in the customer's words. */
export interface HappenedTexts {
  readonly begun: string;
  readonly placed: string;
  readonly cancelled: string;
  readonly cancelledWhy: Readonly<Record<SaidReason, string | undefined>>;
  readonly payment: Readonly<Record<PaymentStatus, (amount: string) => string>>;
  readonly refund: Readonly<Record<RefundStatus, (amount: string) => string>>;
  readonly parcel: Readonly<Record<ParcelStatus, string>>;
  /** Absent for what only the warehouse needs to know. */
  readonly fulfilment: Readonly<Record<FulfilmentStatus, string | undefined>>;
  /** Why it is held, in words that accuse nobody. */
  readonly held: Readonly<Record<HoldReason, string | undefined>>;
  readonly chose: Readonly<Record<"cancel" | "wait" | "deemed", string>>;
  readonly withdrew: string;
  readonly tracking: (number: string) => string;
  readonly dispute: (amount: string) => string;
  readonly shopWrote: Readonly<Record<"cancellation" | "refund", string>>;
  readonly missed: (what: string) => string;
  readonly putRight: (what: string) => string;
  readonly waived: (what: string) => string;
  readonly weWrote: string;
  readonly none: string;
}

/** What the customer of an order that is late may choose. */
export interface ChoiceTexts {
  readonly title: string;
  /** `date`: by when it is to leave now. */
  readonly lead: (date: string | undefined) => string;
  readonly cancel: string;
  readonly wait: string;
  readonly agreed: string;
  readonly free: string;
  /** What is shown once an answer is kept. */
  readonly heard: Readonly<Record<"cancel" | "wait", { readonly title: string; readonly lead: string }>>;
  readonly back: string;
  /** The page that the answer came from offers nothing any more. */
  readonly over: { readonly title: string; readonly lead: string };
}

/** Withdrawing from the contract (Directive 2011/83/EU art. 11a): the function, its confirmation, and what was declared. */
export interface WithdrawalTexts {
  readonly title: string;
  readonly lead: string;
  readonly begin: string;
  /** `byMail`: its confirmation goes by email, of which art. 11a(2) has the form say. */
  readonly confirm: { readonly title: string; readonly lead: (byMail: boolean) => string; readonly submit: string };
  /** What is shown once the declaration is kept. `when`: its date and time. */
  readonly heard: { readonly title: string; readonly lead: (when: string, byMail: boolean) => string };
  /** It is declared already, or too late. */
  readonly over: { readonly title: string; readonly lead: string };
}

/** The look-up page, and what is wrong with what was typed into it. */
export interface FindTexts {
  readonly title: string;
  readonly lead: string;
  readonly reference: string;
  readonly referenceHint: string;
  readonly email: string;
  readonly emailHint: string;
  readonly submit: string;
  readonly problem: string;
  readonly noReference: string;
  readonly noEmail: string;
  readonly notFound: string;
  readonly tooOften: string;
}
