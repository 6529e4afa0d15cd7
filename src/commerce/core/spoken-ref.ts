/** Crockford's base 32: digits and letters without I, L, O and U, which are misheard, misread or spell words. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Eight characters hold 40 bits: short enough to be read out, too many to be guessed beside an address. */
const LENGTH = 8;

const SPOKEN = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`);

/** The first 40 bits as characters that can be read out on the phone. */
export function toSpoken(bytes: Uint8Array): string {
  const bits = [...bytes.subarray(0, (LENGTH * 5) / 8)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return Array.from({ length: LENGTH }, (_, index) => ALPHABET[parseInt(bits.slice(index * 5, index * 5 + 5), 2)]).join("");
}

/** Reads a reference as people type it: any case, with blanks or hyphens, O for 0, I or L for 1. Undefined when it is none. */
export function parseSpoken(typed: string): string | undefined {
  const plain = typed.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  return SPOKEN.test(plain) ? plain : undefined;
}
