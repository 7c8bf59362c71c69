# Where the shop is, and who may purge: the part of the configuration that differs from place to place.

backend shop {
  .host = "127.0.0.1";
  .port = "3000";
  # Patient: a shop that is only slow, as with a cold cache, must not be taken for one that is away, since all that is not
  # kept would be refused. One that is away is known after four tries, and until then each request finds it out itself.
  .probe = {
    .url = "/healthz";
    .interval = 1s;
    .timeout = 5s;
    .window = 5;
    .threshold = 2;
    .initial = 2;
  }
}

# The gateways of the shop, and nobody else: with EDGE_PURGE_URL they tell what has changed.
acl purgers {
  "127.0.0.1"/32;
  "::1"/128;
}
