import type { Language, Texts } from "../core/texts.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { fr } from "./fr.ts";

/** The pages' sentences by language. */
export const TEXTS: Readonly<Record<Language, Texts>> = { en, de, fr };
