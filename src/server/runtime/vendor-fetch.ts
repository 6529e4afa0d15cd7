import type { Fetch } from "../../base/ports.ts";
import { SECOND } from "../../base/time.ts";

/** Who asks a vendor waits at most this long for an answer, unless it says otherwise. */
const FETCH_WITHIN = 30 * SECOND;

/** HTTP to vendors, for every process. */
export const vendorFetch: Fetch = (url, { within = FETCH_WITHIN, ...init }) => fetch(url, { ...init, signal: init.signal ?? AbortSignal.timeout(within) });
