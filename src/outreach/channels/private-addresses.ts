import { BlockList, isIPv6 } from "node:net";

/** RFC 6890 and its kin: what no address on the public Internet is. */
const PRIVATE_V4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8], ["10.0.0.0", 8], ["100.64.0.0", 10], ["127.0.0.0", 8], ["169.254.0.0", 16], ["172.16.0.0", 12], ["192.0.0.0", 24], ["192.0.2.0", 24],
  ["192.168.0.0", 16], ["198.18.0.0", 15], ["198.51.100.0", 24], ["203.0.113.0", 24], ["224.0.0.0", 4], ["240.0.0.0", 4],
];
const PRIVATE_V6: readonly (readonly [string, number])[] = [["::", 128], ["::1", 128], ["64:ff9b::", 96], ["64:ff9b:1::", 48], ["100::", 64], ["2001::", 32], ["2001:db8::", 32], ["2002::", 16], ["fc00::", 7], ["fe80::", 10], ["ff00::", 8]];

const privateOnes = new BlockList();
for (const [net, prefix] of PRIVATE_V4) {
  privateOnes.addSubnet(net, prefix, "ipv4");
  // The same network, written as IPv6 (::ffff:a.b.c.d).
  privateOnes.addSubnet(`::ffff:${net}`, 96 + prefix, "ipv6");
}
for (const [net, prefix] of PRIVATE_V6) privateOnes.addSubnet(net, prefix, "ipv6");

/** Whether an IP address is one of this machine, of a private network, or of none at all. */
export function isPrivate(address: string): boolean {
  return privateOnes.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
