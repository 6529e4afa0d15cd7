/** What DNS said of a name. `unasked`: nothing was said, which proves neither a record nor its absence. */
export type DnsAnswer<T> =
  | { readonly kind: "found"; readonly records: readonly T[] }
  | { readonly kind: "none" }
  | { readonly kind: "unasked"; readonly why: string };

/** DNS as a port. A name that does not exist has no records. */
export interface Dns {
  /** Each record as one text, its strings joined without a space (RFC 7208 section 3.3). */
  txt(name: string): Promise<DnsAnswer<string>>;
  /** Names of mail servers; a null MX (RFC 7505) is the empty name. */
  mx(name: string): Promise<DnsAnswer<string>>;
  /** IPv4 and IPv6. */
  addresses(name: string): Promise<DnsAnswer<string>>;
}
