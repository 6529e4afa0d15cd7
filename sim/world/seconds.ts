import { instant, SECOND, type Instant } from "../../src/base/time.ts";

/** Vendors stamp whole seconds. */
export function toSecond(at: Instant): Instant {
  return instant(at - (at % SECOND));
}
