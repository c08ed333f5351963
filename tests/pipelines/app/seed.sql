-- What production holds at the beginning of every scenario: 200 customers, 1,000 orders, balances that add up to 20,100.
INSERT INTO shop.customers SELECT n, 'Customer ' || n, 'customer' || n || '@shop.example', n FROM generate_series(1, 200) n;
INSERT INTO shop.orders SELECT n, 1 + n % 200, n % 90 FROM generate_series(1, 1000) n;
