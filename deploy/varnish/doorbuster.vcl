# Doorbuster behind Varnish 7 with xkey (varnish-modules). What may be kept, how long and by which keys it is purged, the
# shop decides (src/shared-answers.ts) and says in Cache-Control and Surrogate-Key. What is looked up here at all, and so
# loses its cookies, stands in `is_shared` below; everything else passes by untouched.
#
#   varnishd -a :80 -f /etc/varnish/doorbuster.vcl -p vcl_path=/etc/varnish
vcl 4.1;

import purge;
import std;
import xkey;

include "shop.vcl";

sub vcl_recv {
  if (req.restarts > 0) {
    return (hash);
  }
  # These are ours to set.
  unset req.http.X-Shared;
  unset req.http.X-Purged;
  unset req.http.Surrogate-Capability;

  if (req.method == "PURGE") {
    if (client.ip !~ purgers) {
      return (synth(403, "Not allowed"));
    }
    if (!req.http.Surrogate-Key) {
      return (synth(400, "Surrogate-Key names what to purge"));
    }
    # Softly: what is purged is fetched anew by the next who asks, and is still there should the shop be away by then.
    set req.http.X-Purged = xkey.softpurge(req.http.Surrogate-Key);
    return (synth(200, "Purged " + req.http.X-Purged));
  }

  call is_shared;
  if ((req.method != "GET" && req.method != "HEAD") || req.http.Authorization || !req.http.X-Shared) {
    unset req.http.X-Shared;
    return (pass);
  }
  unset req.http.Cookie;
  return (hash);
}

# Only what every reader sees alike. A path that is not here costs a request to the shop; one that is here wrongly would
# lose its reader. test/edge/varnish.test.ts asks every route of the shop on both sides of this line.
sub is_shared {
  if (req.url ~ "^/(en|de)(\?|$)" ||
      req.url ~ "^/(en|de)/(search|goodbye)(\?|$)" ||
      req.url ~ "^/(en|de)/(c|sellers)/" ||
      (req.url ~ "^/(en|de)/p/" && req.url !~ "^/(en|de)/p/[^/?]+/review(\?|$)") ||
      req.url ~ "^/api/(products|categories|search|suggest|payment-methods)([/?]|$)" ||
      req.url ~ "^/(assets|images|sitemaps)/" ||
      req.url ~ "^/(sitemap\.xml|robots\.txt|llms\.txt|home\.css|openapi\.json|docs|docs/reader\.css)(\?|$)") {
    set req.http.X-Shared = "yes";
  }
}

# A public answer is the same under every name of the shop, so a forged Host makes no second copy.
sub vcl_hash {
  hash_data(req.url);
  return (lookup);
}

# An object may be fresh; past its time; or purged by key. The last two look alike to Varnish, so they are told apart: an
# object lives for its fresh and its stale time together (see vcl_backend_response). A purge by key ends that life at once.
# Of mere age the first who notices ends it here, with half an hour of grace in the place of one: that is the mark.
sub vcl_hit {
  if (obj.ttl > 0s) {
    if (obj.age <= std.duration(obj.http.X-Fresh, 0s)) {
      return (deliver);
    }
    # A millisecond ago: what ends at this very moment is neither fresh nor past it, and would be a miss.
    purge.soft(-1ms, 30m);
    return (restart);
  }
  # Past its time, and nothing that it is known to show has changed: shown while it is fetched anew behind.
  if (obj.grace < 45m && obj.age <= std.duration(obj.http.X-Life, 0s)) {
    return (deliver);
  }
  # Purged, or too old to be shown. Who asks waits for the new one, all of them for the same fetch; only where the shop
  # does not answer, the old one is better than none.
  if (req.restarts == 0 && std.healthy(req.backend_hint)) {
    set req.http.X-Purged = "yes";
    set req.grace = 0s;
    return (restart);
  }
  return (deliver);
}

sub vcl_backend_fetch {
  # Whatever was asked with: an answer that is kept must not depend on it.
  if (bereq.http.X-Shared) {
    unset bereq.http.X-Shared;
    unset bereq.http.X-Purged;
  }
}

sub vcl_backend_response {
  if (beresp.status >= 500 && bereq.is_bgfetch) {
    return (abandon);
  }
  # Nothing is kept by default: the shop says `public` or it is nobody's but the asker's.
  if (beresp.http.Cache-Control !~ "(?i)\bpublic\b" || beresp.http.Set-Cookie || beresp.status != 200) {
    # A redirect or a page that is not there is not kept; for a while nobody waits for another's. After a failure all wait.
    set beresp.uncacheable = true;
    set beresp.ttl = 10s;
    if (beresp.status >= 500) {
      set beresp.ttl = 0s;
    }
    set beresp.grace = 0s;
    return (deliver);
  }
  if (bereq.uncacheable) {
    return (deliver);
  }
  set beresp.http.xkey = beresp.http.Surrogate-Key;
  # `s-maxage` and `stale-while-revalidate` have become ttl and grace: see vcl_hit.
  set beresp.http.X-Fresh = "" + beresp.ttl + "s";
  set beresp.ttl = beresp.ttl + beresp.grace;
  set beresp.http.X-Life = "" + beresp.ttl + "s";
  set beresp.grace = 1h;
  if (beresp.http.Content-Type ~ "^(text/|application/(json|xml|javascript)|image/svg)") {
    set beresp.do_gzip = true;
  }
  return (deliver);
}

sub vcl_backend_error {
  if (bereq.is_bgfetch) {
    return (abandon);
  }
  set beresp.http.Retry-After = "1";
  set beresp.http.Cache-Control = "private, no-store";
  set beresp.http.Content-Type = "text/plain; charset=utf-8";
  set beresp.body = "The shop does not answer. Please try again in a moment.";
  return (deliver);
}

sub vcl_deliver {
  if (resp.status >= 500 && req.http.X-Purged && req.restarts < 2) {
    # The shop was there a moment ago: back to what was purged.
    set req.grace = 1h;
    return (restart);
  }
  if (obj.hits > 0) {
    set resp.http.X-Cache = "hit";
  } else if (req.http.X-Shared) {
    set resp.http.X-Cache = "miss";
  } else {
    set resp.http.X-Cache = "pass";
  }
  # Browsers hear of no purge: what only the edge may keep for a while, they ask for again each time.
  if (resp.http.Cache-Control ~ "(?i)\bpublic\b" && resp.http.Cache-Control !~ "immutable") {
    set resp.http.Cache-Control = regsub(resp.http.Cache-Control, ", s-maxage=.*$", "");
    unset resp.http.Age;
  }
  unset resp.http.Surrogate-Key;
  unset resp.http.xkey;
  unset resp.http.X-Fresh;
  unset resp.http.X-Life;
  unset resp.http.X-Varnish;
  unset resp.http.Via;
}

sub vcl_synth {
  set resp.http.Cache-Control = "private, no-store";
  set resp.http.Content-Type = "text/plain; charset=utf-8";
  set resp.body = resp.reason;
  return (deliver);
}
