const UNITS: Record<string, string> = {
  mm: 'mm',
  cm: 'cm',
  m: 'm',
  g: 'g',
  kg: 'kg',
  ml: 'ml',
  l: 'l',
  w: 'W',
  kw: 'kW',
  v: 'V',
  ah: 'Ah',
  mah: 'mAh',
  wh: 'Wh',
  hz: 'Hz',
  mhz: 'MHz',
  ghz: 'GHz',
  mb: 'MB',
  gb: 'GB',
  tb: 'TB',
  h: 'h',
  min: 'min',
  k: 'K',
  nm: 'Nm',
};

/** What everybody writes in capitals. */
const CAPITALS =
  /\b(ac|cpu|dc|ddr|dpi|dvd|ean|ecc|gps|gpu|hdd|hdmi|lan|lcd|led|nfc|oem|pcie?|pdf|ram|sata|spf|ssd|tdp|tv|usb|vga)\b/g;

/** An attribute's name as people read it: `capacity_l` is "Capacity (l)". */
export function attributeLabel(name: string): string {
  const { label, unit } = readName(name);
  return unit === null ? label : `${label} (${unit})`;
}

/** A value as people read it: yes and no for what is true or false. */
export function attributeValueLabel(
  value: string | number | boolean,
  { things }: { things: { yes: string; no: string } },
): string {
  const text = String(value);
  return text === 'true' ? things.yes : text === 'false' ? things.no : text;
}

/** Name and value side by side: the unit goes behind its number. */
export function attributeFact(
  name: string,
  value: string | number | boolean,
  { words, number }: { words: { things: { yes: string; no: string } }; number(value: number): string },
): { label: string; value: string } {
  if (typeof value !== 'number') {
    return { label: attributeLabel(name), value: withBreaks(attributeValueLabel(value, words)) };
  }
  const { label, unit } = readName(name);
  return { label, value: unit === null ? number(value) : `${number(value)} ${unit}` };
}

/** Text with breaks where the file that it came from wrote them, also as a backslash and an n. */
export function withBreaks(text: string): string {
  return text.replaceAll('\\n', '\n').replaceAll('\r', '');
}

/** Two underscores were a bracket: `power_consumption__typical_` is "Power consumption (typical)". */
function readName(name: string): { label: string; unit: string | null } {
  const bracketed = name.replaceAll(/__([^_].*?)_(?:_|$)/g, ' ($1) ');
  const words = bracketed.split(/[_\s]+/).filter(word => word !== '');
  const unit = words.length > 1 ? UNITS[words.at(-1)!.toLowerCase()] : undefined;
  const said = (unit === undefined ? words : words.slice(0, -1)).join(' ').replaceAll(CAPITALS, it => it.toUpperCase());
  return { label: said.charAt(0).toUpperCase() + said.slice(1) || name, unit: unit ?? null };
}
