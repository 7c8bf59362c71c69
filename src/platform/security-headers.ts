/** What a browser is told about every answer (OWASP ASVS 5.0, 3.4). */
const everywhere = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'strict-origin-when-cross-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * A page runs our own files only: no inline script or style, so injected markup does nothing. Pictures may come from
 * anywhere over TLS, since sellers' catalogues link theirs; an address of a picture can at most tell a stranger that a
 * page was looked at, and pages ask for them without a referrer.
 */
const PAGE_POLICY = pagePolicy({ scripts: [], frames: [], calls: [] });

/** Origins beside our own from which a page takes parts. */
export interface Outside {
  scripts: readonly string[];
  frames: readonly string[];
  /** Asked by scripts of the page. */
  calls: readonly string[];
}

function pagePolicy({ scripts, frames, calls }: Outside): string {
  return [
    "default-src 'none'",
    ["script-src 'self'", ...scripts].join(' '),
    ...(frames.length === 0 ? [] : [['frame-src', ...frames].join(' ')]),
    "style-src 'self'",
    "img-src 'self' data: https:",
    "font-src 'self'",
    ["connect-src 'self'", ...calls].join(' '),
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** In the place of every page's own policy. */
export function outsideHeaders(outside: Outside): Record<string, string> {
  return { 'Content-Security-Policy': pagePolicy(outside) };
}

/** JSON is never a document: nothing may load, whatever a browser takes it for. */
const DATA_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

const STRICT_TRANSPORT = { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' };

export function securityHeaders({ hasTls }: { hasTls: boolean }) {
  const transport = hasTls ? STRICT_TRANSPORT : {};
  return {
    data: { ...everywhere, ...transport, 'Content-Security-Policy': DATA_POLICY },
    page: { ...everywhere, ...transport, 'Content-Security-Policy': PAGE_POLICY },
  };
}
