import { Refusal } from "../../../base/errors.ts";
import { exportPerson } from "../../../commerce/index.ts";
import { messagesOfOrder } from "../../../outreach/index.ts";
import { COMMON_OPTIONS, type Command } from "../command.ts";
import { storeOf, withOpened } from "../with-opened.ts";

export const command: Command = {
  summary: "Everything that is held of one person, as JSON: their orders with history, and every word said. For a data request.",
  usage: "export --customer ID | --order ID | --email ADDRESS [--store ID] --config makegood.yaml",
  options: { ...COMMON_OPTIONS, store: { type: "string" }, customer: { type: "string" }, order: { type: "string" }, email: { type: "string" } },
  run: (args, terminal) =>
    withOpened(args, terminal, async (opened) => {
      const store = storeOf(args, opened);
      const { customer, order, email } = args.values;
      if (customer === undefined && order === undefined && email === undefined) {
        throw new Refusal({ code: "person", status: 400, what: "Nobody was named.", next: "Name a customer id (as it stands in the source, with its name: shop/115310627314723954), an order id, or an e-mail address of guest orders." });
      }
      const person = await exportPerson(opened.database, store.id, {
        ...(typeof customer === "string" && { customerId: customer }),
        orderIds: typeof order === "string" ? [order] : [],
        ...(typeof email === "string" && { email }),
      });
      const said = await Promise.all(person.orders.map((each) => messagesOfOrder(opened.database, store.id, each.orderId)));
      terminal.out(JSON.stringify({ ...person, messages: said.flat() }, undefined, 2));
      return 0;
    }),
};
