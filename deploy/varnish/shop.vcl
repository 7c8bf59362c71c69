# Where the shop is, and who may purge: the part of the configuration that differs from place to place.

backend shop {
  .host = "127.0.0.1";
  .port = "3000";
  .probe = {
    .url = "/healthz";
    .interval = 1s;
    .timeout = 1s;
    .window = 3;
    .threshold = 2;
    .initial = 2;
  }
}

# The gateways of the shop, and nobody else: with EDGE_PURGE_URL they tell what has changed.
acl purgers {
  "127.0.0.1"/32;
  "::1"/128;
}
