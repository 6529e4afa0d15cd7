-- Events that are about no order (customers' records, privacy requests): found by customer when one is to be forgotten.
create index events_of_customers on events (store_id, (fact ->> 'customerId')) where order_id is null and waits_for is null;
