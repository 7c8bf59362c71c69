import { mix } from '../colors.ts';

/** What a shape is painted with: shades of the product's color, and the gradients that give it volume. */
export interface Paint {
  main: string;
  light: string;
  pale: string;
  dark: string;
  deep: string;
  /** A second color beside the product's own. */
  accent: string;
  /** Small variations between models: 0, 1 or 2. */
  style: number;
}

/** Fills that every picture defines: of the product's color, and of materials that keep their own. */
export const fills = {
  body: 'url(#body)',
  tall: 'url(#tall)',
  shade: 'url(#shade)',
  metal: 'url(#metal)',
  wood: 'url(#wood)',
  leaf: 'url(#leaf)',
  screen: 'url(#screen)',
} as const;

export function paintOf(main: string, accent: string, style: number): Paint {
  return {
    main,
    light: mix(main, '#ffffff', 0.28),
    pale: mix(main, '#ffffff', 0.6),
    dark: mix(main, '#14161c', 0.24),
    deep: mix(main, '#14161c', 0.46),
    accent,
    style,
  };
}

export function gradients({ main, light, dark, deep }: Paint): string {
  const across = 'x1="0" y1="0" x2="1" y2="0"';
  const down = 'x1="0" y1="0" x2="0" y2="1"';
  return [
    gradient('body', across, [light, main, dark]),
    gradient('tall', down, [light, main, dark]),
    gradient('shade', down, [dark, deep]),
    gradient('metal', across, ['#eef1f3', '#b9c0c6', '#8b939b']),
    gradient('wood', across, ['#dcb888', '#c79a63', '#a87a47']),
    gradient('leaf', 'x1="0" y1="0" x2="1" y2="1"', ['#8bb679', '#4f8a58', '#356743']),
    gradient('screen', 'x1="0" y1="0" x2="1" y2="1"', ['#41506b', '#27324a', '#1a2233']),
  ].join('');
}

function gradient(id: string, direction: string, stops: string[]): string {
  const drawn = stops.map((color, i) => `<stop offset="${i / (stops.length - 1)}" stop-color="${color}"/>`);
  return `<linearGradient id="${id}" ${direction}>${drawn.join('')}</linearGradient>`;
}

const faint = (opacity: number): string => (opacity === 1 ? '' : ` opacity="${opacity}"`);

export const area = (d: string, fill: string, opacity = 1): string =>
  `<path d="${d}" fill="${fill}"${faint(opacity)}/>`;

const ROUND = 'fill="none" stroke-linecap="round" stroke-linejoin="round"';

/** A line with round ends. */
export const line = (d: string, stroke: string, width: number, opacity = 1): string =>
  `<path d="${d}" ${ROUND} stroke="${stroke}" stroke-width="${width}"${faint(opacity)}/>`;

export const rect = (
  box: [x: number, y: number, width: number, height: number],
  radius: number,
  fill: string,
): string => `<rect x="${box[0]}" y="${box[1]}" width="${box[2]}" height="${box[3]}" rx="${radius}" fill="${fill}"/>`;

export const oval = (x: number, y: number, rx: number, ry: number, fill: string, opacity = 1): string =>
  `<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" fill="${fill}"${faint(opacity)}/>`;

export const disc = (x: number, y: number, radius: number, fill: string, opacity = 1): string =>
  oval(x, y, radius, radius, fill, opacity);

export const ring = (x: number, y: number, radius: number, stroke: string, width: number, opacity = 1): string =>
  `<circle cx="${x}" cy="${y}" r="${radius}" fill="none" stroke="${stroke}" stroke-width="${width}"${faint(opacity)}/>`;

/** The same drawing once more, mirrored at the middle of the picture. */
export const mirrored = (drawing: string): string => `${drawing}<g transform="matrix(-1 0 0 1 600 0)">${drawing}</g>`;

export const turned = (drawing: string, degrees: number): string =>
  `<g transform="rotate(${degrees} 300 300)">${drawing}</g>`;

/** How a product is shown: its drawing, and whether it stands on the floor at y = 480 or lies flat. */
export interface Drawing {
  pose: 'standing' | 'flat';
  draw(paint: Paint): string;
}

export const standing = (draw: Drawing['draw']): Drawing => ({ pose: 'standing', draw });
export const flat = (draw: Drawing['draw']): Drawing => ({ pose: 'flat', draw });
