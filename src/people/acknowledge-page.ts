import type { Db } from "../base/db.ts";
import type { Ports } from "../base/ports.ts";
import { partHashes } from "./core/token.ts";
import { markAcknowledged, pagesByTokens, type CalledPage } from "./store.ts";

/** What the link in a page mail stands for. */
export interface CalledPages {
  /** Whom the mail went to. */
  readonly person: string;
  readonly pages: readonly CalledPage[];
}

/** The pages of a page mail's link; undefined when the token is not one of ours. Reading changes nothing: scanners open links. */
export async function pagesOfToken(db: Db, token: string): Promise<CalledPages | undefined> {
  const pages = await pagesByTokens(db, partHashes(token));
  const [first] = pages;
  return first === undefined ? undefined : { person: first.person, pages };
}

/**
 * Somebody takes the pages of a mail's link: nobody else is called for them. `who` is whom the mail went to, unless
 * somebody else says so. The first acknowledgement counts. Undefined when the token is not one of ours.
 */
export async function acknowledgePage(ports: Ports, token: string, who?: string): Promise<CalledPages | undefined> {
  const now = ports.clock.now();
  const hashes = partHashes(token);
  return ports.db.transaction(async (tx) => {
    const found = await pagesByTokens(tx, hashes);
    const [first] = found;
    if (first === undefined) return undefined;
    await markAcknowledged(tx, first.store, found.map((page) => page.pageId), who ?? first.person, now);
    return { person: first.person, pages: await pagesByTokens(tx, hashes) };
  });
}
