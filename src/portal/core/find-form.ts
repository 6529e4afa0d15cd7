import type { FindTexts } from "./texts.ts";

/** What was typed into the look-up page. */
export interface FindForm {
  readonly reference: string;
  readonly email: string;
}

export interface FormProblem {
  /** The field that it is about; absent where it is about both. */
  readonly field?: keyof FindForm;
  readonly text: string;
}

/** No reference and no address is longer; more is not read (RFC 5321 4.5.3.1.3 allows 254 for an address). */
const LONGEST = { reference: 40, email: 254 } as const;

/** Reads the form as a browser or anybody else sends it. */
export function readForm(body: unknown): FindForm {
  const fields = typeof body === "object" && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
  const text = (name: keyof FindForm): string => (typeof fields[name] === "string" ? fields[name].trim().slice(0, LONGEST[name]) : "");
  return { reference: text("reference"), email: text("email") };
}

/** What is wrong with the form by itself, whatever orders there are. Whether an order exists is never told from here. */
export function problemsOf(form: FindForm, texts: FindTexts): readonly FormProblem[] {
  const reference = form.reference.replace(/[\s-]/g, "");
  return [
    ...(/^[A-Za-z0-9]{8}$/.test(reference) ? [] : [{ field: "reference" as const, text: texts.noReference }]),
    ...(/^[^\s@]+@[^\s@]+$/.test(form.email) ? [] : [{ field: "email" as const, text: texts.noEmail }]),
  ];
}
