-- A guest's basket has no name but its address: it is found by it when the guest asks to be forgotten.
create index orders_guest_baskets on orders (store_id, lower(doc #>> '{checkout,value,contact,email}'))
  where customer_id is null and doc -> 'details' is null and doc -> 'checkout' is not null;
