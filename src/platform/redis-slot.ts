const SLOTS = 16_384;

/** CRC-16/XMODEM of each byte, as a Redis Cluster counts it. */
const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let rest = byte << 8;
  for (let bit = 0; bit < 8; bit++) rest = rest & 0x8000 ? (rest << 1) ^ 0x1021 : rest << 1;
  return rest;
});

/** The slot of a cluster in which a key lies: of its hash tag, where it has one in braces. */
export function slotOf(key: string): number {
  const open = key.indexOf('{');
  const close = open === -1 ? -1 : key.indexOf('}', open + 1);
  let crc = 0;
  for (const byte of Buffer.from(close > open + 1 ? key.slice(open + 1, close) : key)) {
    crc = ((crc << 8) & 0xffff) ^ table[(crc >> 8) ^ byte]!;
  }
  return crc % SLOTS;
}
