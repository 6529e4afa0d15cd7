import { recogniseStripeId } from "../stripe/ids.ts";
import type { ProcessorIds } from "./model.ts";

/** Every processor whose ids are found in a shop's receipts. A new one is a line. */
export const PROCESSORS: readonly ProcessorIds[] = [{ type: "stripe", recognise: recogniseStripeId }];
