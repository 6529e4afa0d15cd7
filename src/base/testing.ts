import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { Instant } from "./time.ts";

/** A certificate that a test made, and the key that it vouches for. */
export interface TestCertificate {
  readonly pem: string;
  readonly privateKey: KeyObject;
}

/** A self-signed RSA certificate: Node reads certificates but makes none, so its DER (RFC 5280, 4.1) is written here. */
export function makeCertificate(commonName: string, from: Instant, until: Instant): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(commonName)))));
  const version = der(0xa0, integer(2));
  const validity = sequence(time(from), time(until));
  const body = sequence(version, integer(1), SHA256_WITH_RSA, name, validity, name, publicKey.export({ type: "spki", format: "der" }));
  const certificate = sequence(body, SHA256_WITH_RSA, der(0x03, Buffer.concat([Buffer.of(0), sign("sha256", body, privateKey)])));
  return { pem: `-----BEGIN CERTIFICATE-----\n${certificate.toString("base64")}\n-----END CERTIFICATE-----\n`, privateKey };
}

/** 2.5.4.3 */
const COMMON_NAME = der(0x06, Buffer.from("550403", "hex"));
/** 1.2.840.113549.1.1.11, without parameters. */
const SHA256_WITH_RSA = sequence(der(0x06, Buffer.from("2a864886f70d01010b", "hex")), der(0x05, Buffer.alloc(0)));

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.of(value));
}

/** GeneralizedTime. */
function time(at: Instant): Buffer {
  return der(0x18, Buffer.from(`${new Date(at).toISOString().replaceAll(/[-:T]|\.\d+Z/g, "")}Z`));
}

function der(tag: number, content: Uint8Array): Buffer {
  const { length } = content;
  const long = length < 0x80 ? Buffer.of(length) : length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
  return Buffer.concat([Buffer.of(tag), long, content]);
}
