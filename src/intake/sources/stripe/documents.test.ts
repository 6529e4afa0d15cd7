import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { money } from "../../../base/money.ts";
import { instant, SECOND } from "../../../base/time.ts";
import type { Normalised } from "../../core/delivery.ts";
import { rowOf, signed, STRIPE } from "../../testing.ts";
import { STRIPE_TYPES } from "./normalise.ts";
import * as payloads from "./payloads.ts";

// What we read, against Stripe's own fixtures of its resources and its OpenAPI document (https://github.com/stripe/openapi).

const FOLDER = join(process.env["MAKEGOOD_REAL_INPUT"] ?? join(import.meta.dirname, "../../../../../shared/real-input"), "vendor-specs");
const FIXTURES = join(FOLDER, "stripe_fixtures3.json");
const SPEC = join(FOLDER, "stripe_spec3_2023-08-16.yaml");
const skip = [FIXTURES, SPEC].every((file) => existsSync(file)) ? false : `${FOLDER} is not there: Stripe's own documents are needed for this test`;

type Resource = Readonly<Record<string, unknown>>;

/** The resources that we read, and the events that carry them. */
const READ = {
  payment_intent: { schema: payloads.paymentIntent, carries: /^payment_intent\./ },
  charge: { schema: payloads.charge, carries: /^charge\.(?!dispute|refund\.)/ },
  refund: { schema: payloads.refund, carries: /^(?:charge\.)?refund\./ },
  dispute: { schema: payloads.dispute, carries: /^charge\.dispute\./ },
  "checkout.session": { schema: payloads.checkoutSession, carries: /^checkout\.session\./ },
} as const;
type Name = keyof typeof READ;
const NAMES = Object.keys(READ) as Name[];

const OCCURRED = 1_772_452_800;

function fixture(name: Name): Resource {
  const { resources } = JSON.parse(readFileSync(FIXTURES, "utf8")) as { resources: Readonly<Record<string, Resource>> };
  const resource = resources[name];
  assert.ok(resource, `a fixture of ${name}`);
  return resource;
}

function normalise(type: string, object: Resource): Normalised {
  return STRIPE.adapter.normalise(rowOf(STRIPE, signed(STRIPE.adapter, type, { id: "evt_1", object: "event", type, created: OCCURRED, data: { object } }), instant(OCCURRED * SECOND)));
}

test("each event type that we subscribe to carries one of the resources that we read", () => {
  for (const type of STRIPE_TYPES) assert.equal(NAMES.filter((name) => READ[name].carries.test(type)).length, 1, type);
});

test("Stripe's own fixture of each resource is read in each event that carries it, with its id and amount", { skip }, () => {
  for (const name of NAMES) {
    const resource = fixture(name);
    for (const type of STRIPE_TYPES.filter((each) => READ[name].carries.test(each))) {
      const said = normalise(type, resource);
      if (said.kind === "ignored") {
        assert.equal(resource["amount_total"], null, `${type} is ignored: ${said.why}`);
        continue;
      }
      assert.ok(said.kind === "events", said.kind === "quarantined" ? `${type}: ${said.why}` : type);
      for (const { fact, refs } of said.events) {
        assert.ok("amount" in fact && JSON.stringify([fact, refs]).includes(`stripe/`), type);
        assert.deepEqual(fact.amount, money(resource["amount"] as number, "USD"), type);
      }
      assert.ok(JSON.stringify(said.events).includes(`${resource["id"] as string}`), `${type} does not name ${name}`);
    }
  }
});

interface Property {
  readonly nullable?: boolean;
  readonly enum?: readonly string[];
}

/** A schema of the OpenAPI document: four megabytes of YAML, of which only its lines are parsed. */
function schemaOf(name: Name): Readonly<Record<string, Property>> {
  const text = readFileSync(SPEC, "utf8");
  const rest = text.slice(text.indexOf(`\n    ${name}:\n`) + 1);
  const end = rest.slice(1).search(/\n {4}\S/);
  const parsed = parse(rest.slice(0, end + 1)) as Record<string, { readonly properties: Readonly<Record<string, Property>> }>;
  const schema = parsed[name];
  assert.ok(schema, `a schema of ${name}`);
  return schema.properties;
}

/** Fields that later versions of the API have, or earlier ones had: https://docs.stripe.com/changelog */
const OF_OTHER_VERSIONS: readonly string[] = ["refund.pending_reason", "payment_intent.charges"];

test("each field that we read is one that Stripe documents, and may be null where Stripe lets it be", { skip }, () => {
  for (const name of NAMES) {
    const documented = schemaOf(name);
    for (const field of Object.keys(READ[name].schema.shape)) {
      const at = `${name}.${field}`;
      const property = documented[field];
      assert.equal(property === undefined, OF_OTHER_VERSIONS.includes(at), at);
      if (property?.nullable === true) assert.ok(READ[name].schema.safeParse({ ...fixture(name), [field]: null }).success, `${at} may be null`);
    }
  }
});

test("each state that Stripe documents is one that we know", { skip }, () => {
  const states = (name: Name, field: string): readonly string[] => {
    const known = schemaOf(name)[field]?.enum;
    assert.ok(known && known.length > 2, `${name}.${field} is a closed list`);
    return known;
  };
  for (const status of states("payment_intent", "status")) assert.equal(normalise("payment_intent.processing", { ...fixture("payment_intent"), status }).kind, "events", status);
  for (const status of states("charge", "status")) assert.equal(normalise("charge.updated", { ...fixture("charge"), status }).kind, "events", status);
  const paid = { ...fixture("checkout.session"), amount_total: 4990, currency: "eur" };
  for (const payment_status of states("checkout.session", "payment_status")) assert.equal(normalise("checkout.session.completed", { ...paid, payment_status }).kind, "events", payment_status);
});
