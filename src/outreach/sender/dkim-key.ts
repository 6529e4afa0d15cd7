import { createPublicKey, type KeyObject } from "node:crypto";
import { err, ok, type Result } from "../../base/result.ts";
import { readTagList } from "./tag-list.ts";

/** A key that a domain publishes for receivers of its signed mail. */
export type PublishedKey =
  | { readonly kind: "revoked" }
  /** `testing`: receivers are to treat the mail as if it were not signed. */
  | { readonly kind: "key"; readonly key: KeyObject; readonly bits: number; readonly testing: boolean };

/** Reads a DKIM key record (RFC 6376 section 3.6.1) for mail signed with RSA-SHA256. The error says why receivers would not use it. */
export function parseDkimKey(text: string): Result<PublishedKey, string> {
  const tags = readTagList(text);
  if (!tags.ok) return tags;
  const listed = (tag: string): readonly string[] | undefined => tags.value.get(tag)?.split(":").map((each) => each.trim().toLowerCase());
  const version = tags.value.get("v");
  if (version !== undefined && (version !== "DKIM1" || tags.value.keys().next().value !== "v")) return err("v=DKIM1 is not what it begins with");
  const type = tags.value.get("k") ?? "rsa";
  if (type !== "rsa") return err(`its key is of the type ${type}, and mails are signed with RSA`);
  if (listed("h")?.includes("sha256") === false) return err("it does not allow SHA-256 (h=)");
  if (listed("s")?.some((service) => service === "*" || service === "email") === false) return err("it is not for mail (s=)");
  const encoded = tags.value.get("p");
  if (encoded === undefined) return err("it holds no key (p=)");
  const base64 = encoded.replace(/\s/g, "");
  if (base64 === "") return ok({ kind: "revoked" });
  const key = readKey(base64);
  const bits = key?.asymmetricKeyDetails?.modulusLength;
  if (key === undefined || bits === undefined) return err("what it holds (p=) cannot be read as an RSA key");
  return ok({ kind: "key", key, bits, testing: listed("t")?.includes("y") === true });
}

/** Both forms are in use: SubjectPublicKeyInfo, as tools write it, and RSAPublicKey, as RFC 6376 says. */
function readKey(base64: string): KeyObject | undefined {
  const key = Buffer.from(base64, "base64");
  for (const type of ["spki", "pkcs1"] as const) {
    try {
      const read = createPublicKey({ key, format: "der", type });
      if (read.asymmetricKeyType === "rsa") return read;
    } catch {
      // The other form is tried.
    }
  }
  return undefined;
}

/** The record that belongs to a private key. */
export function dkimRecord(privateKey: string): string {
  return `v=DKIM1; k=rsa; p=${publicDer(privateKey)}`;
}

export function isKeyOf(published: KeyObject, privateKey: string): boolean {
  return published.export({ format: "der", type: "spki" }).toString("base64") === publicDer(privateKey);
}

function publicDer(privateKey: string): string {
  return createPublicKey(privateKey).export({ format: "der", type: "spki" }).toString("base64");
}
