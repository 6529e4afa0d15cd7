import { plus } from "../../src/base/time.ts";
import type { SimBasket } from "../world/baskets.ts";
import type { BasketTruth } from "./baskets.ts";
import type { Party } from "./reach.ts";
import type { Reader } from "./text-hours.ts";
import { knownBasket } from "./tills.ts";
import type { Claims } from "./truth.ts";
import { READ_WITHIN } from "./tolerance.ts";

/** Where the buyer of a basket may be held to live: where its bill goes, or where the order that it became went. */
export function readersOfBasket({ country, order, isByNumber }: SimBasket): readonly Reader[] {
  return [...(isByNumber ? [] : [{ country }]), ...(order === undefined ? [] : [order.person.customer])];
}

/** Who failed to pay, each with the cases of it. A processor that knows an order's number alone knows no phone. */
export function partiesOfBaskets(claimed: Claims, truth: BasketTruth): readonly Party[] {
  const { world, baskets, words } = truth;
  const known = plus(world.schedule.now, -READ_WITHIN);
  return [...new Set(baskets.values())].filter(({ subject }) => !world.givenUp.has(subject)).map((basket): Party => {
    const { reference, person, startedAt, country } = basket;
    const hasPhone = !basket.isByNumber && knownBasket(basket, known, truth).hasBuyer;
    return {
      name: `the basket ${reference}`,
      reference,
      email: person.customer.email,
      phone: hasPhone ? person.customer.phone : undefined,
      reader: { country },
      since: startedAt,
      words: words.filter((mail) => mail.basket === basket).map(({ taken }) => taken),
      cases: claimed.cases.filter(({ incidentId }) => baskets.get(incidentId) === basket),
    };
  });
}
