import ipaddr from 'ipaddr.js';

const HOST_BITS_FROM = 8;

/** Whom a limit counts as one: an IPv4 address, or the /64 of IPv6, all of which one household has to itself. */
export function networkOf(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  if (address instanceof ipaddr.IPv4) return address.toString();
  const bytes = address.toByteArray().fill(0, HOST_BITS_FROM);
  return `${ipaddr.fromByteArray(bytes).toString()}/64`;
}
