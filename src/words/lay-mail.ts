import type { Block } from "./core/blocks.ts";
import { htmlFragment } from "./core/html.ts";
import { plainText } from "./core/plain-text.ts";
import { layOut, mailLook, type Branding } from "./layout/lay-out.ts";

/** A mail to staff that is written here and now, not by a playbook. */
export interface PlainMail {
  readonly locale: string;
  readonly subject: string;
  /** Shown by mail clients beside the subject. */
  readonly preheader: string;
  readonly blocks: readonly Block[];
}

/** The same blocks as plain text and in the layout that notices have. */
export function layMail({ locale, subject, preheader, blocks }: PlainMail, branding: Branding): { readonly text: string; readonly html: string } {
  return { text: plainText(blocks, locale), html: layOut({ locale, title: subject, preheader, body: htmlFragment(blocks, mailLook(branding)) }, branding) };
}
