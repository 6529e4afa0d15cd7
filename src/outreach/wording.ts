import type { StoreId } from "../base/ids.ts";
import type { Zone } from "../base/time.ts";
import { shownZone } from "../base/zones.ts";
import type { OrderView } from "../commerce/index.ts";
import { choicesFor, compileWords, slotValues } from "../words/index.ts";
import type { Branding, CompiledWords } from "../words/index.ts";
import { ruleOf } from "./core/notice.ts";
import type { NoticeToSay } from "./core/notice.ts";
import type { Wording } from "./ports.ts";

/** What a store's texts are made with beside the notice and the order. */
export interface WordingSettings {
  readonly store: StoreId;
  readonly branding: Branding;
  /** The human way out that every notice names. */
  readonly supportContact: string;
  readonly zone: Zone;
  /** The address of an order's page. */
  orderPage(orderId: string): string;
}

/** A notice in words, for the mail and for the order's page alike. */
export interface SpokenNotice {
  readonly words: CompiledWords;
  readonly values: Readonly<Record<string, string>>;
}

/** The store's voice: playbook words, compiled once, with the recipient's values. Throws when the playbook does not know the notice. */
export function createWording(settings: WordingSettings): Wording & { say(notice: NoticeToSay, order: OrderView, locale: string): SpokenNotice } {
  return {
    say(notice, order, locale) {
      const rule = ruleOf(notice);
      if (!rule) throw new Error(`the playbook ${notice.playbook.slug} has no notice ${notice.kind}`);
      const choices = { ...notice.choices, ...choicesFor(notice.facts, order) };
      const words = compileWords(notice.playbook, rule.message, locale, choices, settings.branding);
      const values = slotValues({
        facts: notice.facts,
        contact: order.contact,
        order,
        store: { name: settings.branding.storeName, supportContact: settings.supportContact },
        orderPage: settings.orderPage(order.orderId),
        locale,
        zone: shownZone(order.country, settings.zone),
      });
      return { words, values };
    },
  };
}
