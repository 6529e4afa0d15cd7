/** Mail to every other domain, and to addresses that are forgotten, is counted under this name. */
export const OTHERS = "others";

/**
 * Domains at which so many people have their mailboxes that a count by domain and day says nothing of any of them.
 * Closed, because a domain of a person's own is personal: it would outlive the address that was redacted.
 * A line for each provider, or for those of one country.
 */
const LARGE_MAILBOX_DOMAINS: ReadonlySet<string> = new Set([
  "gmail.com", "googlemail.com",
  "outlook.com", "outlook.de", "outlook.fr", "hotmail.com", "hotmail.co.uk", "hotmail.de", "hotmail.fr", "hotmail.it", "hotmail.es", "live.com", "live.co.uk", "live.de", "live.fr", "live.nl", "msn.com",
  "yahoo.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "yahoo.it", "yahoo.es", "ymail.com", "aol.com",
  "icloud.com", "me.com", "mac.com",
  "gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.com", "web.de", "mail.com",
  "t-online.de", "freenet.de", "posteo.de", "mailbox.org", "arcor.de", "vodafone.de",
  "orange.fr", "wanadoo.fr", "free.fr", "sfr.fr", "neuf.fr", "laposte.net", "bbox.fr",
  "libero.it", "virgilio.it", "tiscali.it", "alice.it", "tim.it",
  "bluewin.ch", "ziggo.nl", "kpnmail.nl", "telenet.be", "skynet.be", "telefonica.net",
  "wp.pl", "o2.pl", "onet.pl", "interia.pl", "seznam.cz", "centrum.cz",
  "btinternet.com", "sky.com", "virginmedia.com", "talktalk.net", "ntlworld.com",
  "comcast.net", "att.net", "sbcglobal.net", "verizon.net", "bellsouth.net", "cox.net", "charter.net", "shaw.ca", "rogers.com",
  "proton.me", "protonmail.com", "fastmail.com", "zoho.com", "mail.ru", "yandex.ru", "qq.com", "163.com", "naver.com",
]);

/** The domain under which mail to an address is counted; null is an address that was forgotten. */
export function countedDomain(address: string | null): string {
  const domain = address?.slice(address.lastIndexOf("@") + 1).trim().toLowerCase() ?? OTHERS;
  return LARGE_MAILBOX_DOMAINS.has(domain) ? domain : OTHERS;
}
