/** The colors of the demo catalog: the word of the attribute `color`, and how it is painted. */
export const colors = {
  black: '#2b2d31',
  charcoal: '#4a4e55',
  grey: '#9aa0a6',
  silver: '#c3c9cf',
  white: '#f4f2ee',
  cream: '#efe3cc',
  sand: '#d8c3a0',
  brown: '#7a5238',
  oak: '#c79a63',
  walnut: '#6e4a32',
  red: '#c0392f',
  burgundy: '#7c2738',
  terracotta: '#c4694a',
  orange: '#e08438',
  mustard: '#d9a531',
  yellow: '#ecc94b',
  olive: '#7d8045',
  sage: '#9cae8d',
  green: '#3f7d54',
  teal: '#2f8387',
  sky: '#86b8d6',
  blue: '#3a6fb0',
  navy: '#2b3f66',
  lavender: '#a99bc9',
  plum: '#6d4569',
  pink: '#e3a5ab',
  copper: '#b87350',
  clear: '#cfe0e3',
} as const;
export type Color = keyof typeof colors;

/** `share` of the way from one color to another; both as #rrggbb. */
export function mix(from: string, to: string, share: number): string {
  const part = (color: string, at: number) => Number.parseInt(color.slice(at, at + 2), 16);
  const mixed = [1, 3, 5].map(at => Math.round(part(from, at) + (part(to, at) - part(from, at)) * share));
  return `#${mixed.map(value => value.toString(16).padStart(2, '0')).join('')}`;
}
