import { Refusal } from "../../../base/errors.ts";
import { isUuid } from "../../../base/ids.ts";
import { iso } from "../../../base/time.ts";
import { findOrders } from "../../../commerce/index.ts";
import { orderOfCase } from "../../../incidents/index.ts";
import { MAIL, messagesOfOrder, PORTAL, saidOver } from "../../../outreach/index.ts";
import { COMMON_OPTIONS, type Command } from "../command.ts";
import { storeOf, withOpened } from "../with-opened.ts";

export const command: Command = {
  summary: "What was said about a case by mail, text or another channel, word for word; of one in shadow mode what would have been said. Ids: `makegood monday`, or `makegood reconcile --list excused`.",
  usage: "said <case id> [--store ID] --config makegood.yaml",
  options: { ...COMMON_OPTIONS, store: { type: "string" } },
  run: (args, terminal) =>
    withOpened(args, terminal, async (opened) => {
      const [caseId = "", ...others] = args.positionals;
      if (caseId === "" || others.length > 0) throw new Refusal({ code: "case", status: 400, what: "One case is to be named.", next: "Take its id from `makegood monday`." });
      const { id: store, say } = storeOf(args, opened);
      const orderId = isUuid(caseId) ? await orderOfCase(opened.database, store, caseId) : undefined;
      const [order] = orderId === undefined ? [] : await findOrders(opened.database, store, [orderId]);
      if (order === undefined) throw new Refusal({ code: "no_case", status: 404, what: `There is no case ${caseId} in ${store}.`, next: "Take its id from `makegood monday`, or from a list of `makegood reconcile`." });
      for (const { notice, channel, locale, state, stateAt } of await messagesOfOrder(opened.database, store, order.orderId)) {
        // The order's page says the words of the mail.
        if (notice?.caseId !== caseId.toLowerCase() || channel === PORTAL) continue;
        const { subject, text } = saidOver(channel, say(notice, order, locale));
        const how = channel === MAIL ? state : `${state} by ${channel}`;
        for (const line of [`== ${how}, ${iso(stateAt)}${subject === undefined ? "" : `: ${subject}`}`, "", text, ""]) terminal.out(line);
      }
      return 0;
    }),
};
