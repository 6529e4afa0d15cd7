import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoreId } from "../../base/ids.ts";
import { DAY, instant, plus } from "../../base/time.ts";
import { noticeId } from "./notices.ts";

const AT = instant(Date.UTC(2027, 2, 9));

test("a word about something else than the one that a restored backup has lost is another notice, though it counts alike", () => {
  const notice = { incidentId: "incident", recipient: "order/1", kind: "renewed", statementVersion: 1, factsRevision: 2, causeAt: AT };
  const id = (causeAt = AT) => noticeId("shop" as StoreId, { ...notice, causeAt });
  assert.equal(id(), id());
  assert.notEqual(id(), id(plus(AT, DAY)));
});
