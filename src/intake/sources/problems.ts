import type { Delivery, IntakeProblem } from "../core/delivery.ts";

/** No signature at all: not this vendor, or a proxy dropped the header. */
export function noSignature(header: string, vendor: string): IntakeProblem {
  return {
    code: "no_signature",
    status: 401,
    what: `The header ${header} is missing.`,
    next: `Only ${vendor} may post here. If it did, check that no proxy drops this header.`,
  };
}

export function wrongSignature(vendor: string, secret: string): IntakeProblem {
  return {
    code: "wrong_signature",
    status: 401,
    what: "The signature does not fit the body.",
    next: `Check that the configured secret is ${secret} in ${vendor}, that the old one stays configured during a rotation, and that no proxy rewrites the body.`,
  };
}

export function missingHeader(header: string): IntakeProblem {
  return { code: "malformed", status: 400, what: `The header ${header} is missing.`, next: "Check that no proxy drops it." };
}

export function malformed(what: string, next: string): IntakeProblem {
  return { code: "malformed", status: 400, what, next };
}

export function wrongContentType(expected: string, next: string): IntakeProblem {
  return { code: "wrong_content_type", status: 415, what: `The content type is not ${expected}.`, next };
}

/** The media type of a delivery, in lower case and without parameters. */
export function mediaType(headers: Delivery["headers"]): string {
  return (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
}

export function isJson(headers: Delivery["headers"]): boolean {
  return mediaType(headers) === "application/json";
}
