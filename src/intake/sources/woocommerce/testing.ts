/** An order as WooCommerce's webhooks and its REST API send it, as far as we read it. */
export function wooOrder(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    id: 723,
    number: "INV-9",
    status: "processing",
    currency: "EUR",
    date_created: "2026-03-01T11:00:00",
    date_created_gmt: "2026-03-01T10:00:00",
    date_modified: "2026-03-01T11:05:00",
    date_modified_gmt: "2026-03-01T10:05:00",
    date_paid_gmt: "2026-03-01T10:01:00",
    date_completed_gmt: null,
    total: "49.90",
    customer_id: 26,
    payment_method: "cards",
    transaction_id: "",
    billing: { first_name: "Ada", last_name: "L", company: "", address_1: "Allee 1", city: "Berlin", postcode: "10115", country: "DE", email: "ada@example.com", phone: "+49 30 123456" },
    shipping: { first_name: "Gift", last_name: "Recipient", company: "", address_1: "Ring 4", address_2: "Top 2", city: "Wien", state: "AT-W", postcode: "1010", country: "AT" },
    meta_data: [],
    line_items: [{ id: 315, name: "Lamp &ndash; black &amp; gold", quantity: 2 }],
    refunds: [],
    ...changes,
  };
}
