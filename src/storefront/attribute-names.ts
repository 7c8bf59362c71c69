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
};

/** An attribute's name as people read it: `capacity_l` is "Capacity (l)". */
export function attributeLabel(name: string): string {
  const words = name.split(/[_\s]+/).filter(word => word !== '');
  const unit = words.length > 1 ? UNITS[words.at(-1)!.toLowerCase()] : undefined;
  const said = (unit === undefined ? words : words.slice(0, -1)).join(' ');
  const label = said.charAt(0).toUpperCase() + said.slice(1);
  return unit === undefined ? label || name : `${label} (${unit})`;
}

/** A value as people read it: yes and no for what is true or false. */
export function attributeValueLabel(
  value: string | number | boolean,
  { things }: { things: { yes: string; no: string } },
): string {
  const text = String(value);
  return text === 'true' ? things.yes : text === 'false' ? things.no : text;
}
