import { chanceFrom } from './chance.ts';
import { type Color, colors, mix } from './colors.ts';
import { gradients, paintOf } from './pictures/paint.ts';
import { type Shape, shapes } from './pictures/shapes.ts';

/** Ways to look at a product: from the front, a little turned, and close. */
const VIEWS = 3;
const NAME = /^([a-z]+)-([a-z]+)-(\d{1,6})-([1-9])\.svg$/;

const BACKDROPS = ['#f3eee6', '#e9eef0', '#eef0e6', '#f4eae6', '#ecebf2', '#e8efea'];
const ACCENTS: Color[] = ['mustard', 'terracotta', 'teal', 'sand', 'sage', 'pink', 'sky', 'orange', 'cream'];

export function pictureName(picture: { shape: Shape; color: Color; seed: number; view: number }): string {
  return `${picture.shape}-${picture.color}-${picture.seed}-${picture.view}.svg`;
}

/** The picture of that name as SVG, always the same; undefined where the name is not one of ours. */
export function drawPicture(name: string): string | undefined {
  const [, shape = '', color = '', seed = '', view = ''] = NAME.exec(name) ?? [];
  if (!Object.hasOwn(shapes, shape) || !Object.hasOwn(colors, color) || Number(view) > VIEWS) return undefined;
  if (String(Number(seed)) !== seed) return undefined;
  return draw({ shape: shape as Shape, color: color as Color, seed: Number(seed), view: Number(view) });
}

function draw({ shape, color, seed, view }: { shape: Shape; color: Color; seed: number; view: number }): string {
  const chance = chanceFrom(`${shape} ${seed}`);
  const backdrop = BACKDROPS[(chance.between(0, BACKDROPS.length - 1) + 2 * view) % BACKDROPS.length]!;
  const accents = ACCENTS.filter(accent => accent !== color);
  const paint = paintOf(colors[color], colors[chance.pick(accents)], chance.between(0, 2));
  const drawing = shapes[shape];
  const product = drawing.draw(paint);
  const isStanding = drawing.pose === 'standing';
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 600" width="600" height="600">',
    `<defs>${gradients(paint)}${scenery(backdrop, isStanding)}</defs>`,
    '<rect width="600" height="600" fill="url(#wall)"/>',
    backgroundShape(chance.between(0, 2), backdrop),
    isStanding ? '<rect y="440" width="600" height="160" fill="url(#floor)"/>' : '',
    `<g transform="${placing(view, isStanding)}">`,
    isStanding ? '<ellipse cx="312" cy="482" rx="270" ry="34" fill="url(#ground)"/>' : '',
    `<g${isStanding ? '' : ' filter="url(#lift)"'}>${product}</g>`,
    '</g></svg>',
  ].join('');
}

function placing(view: number, isStanding: boolean): string {
  if (view === 1) return 'translate(42 44) scale(0.86)';
  if (view === 2 && isStanding) return 'matrix(-0.8 0 0 0.8 544 92)';
  if (view === 2) return 'rotate(16 300 300) translate(54 54) scale(0.82)';
  return isStanding ? 'translate(-170 -110) scale(1.5)' : 'translate(-210 -160) scale(1.6)';
}

/** A large calm form behind the product. */
function backgroundShape(kind: number, backdrop: string): string {
  const fill = mix(backdrop, '#ffffff', 0.5);
  if (kind === 0) return `<circle cx="300" cy="270" r="236" fill="${fill}"/>`;
  if (kind === 1) return `<path d="M90 600 L90 290 A210 210 0 0 1 510 290 L510 600 Z" fill="${fill}"/>`;
  return `<path d="M0 380 Q150 250 330 330 T600 250 L600 600 L0 600 Z" fill="${fill}"/>`;
}

const DUSK = '#2e2a24';

/** Below what lies flat, in the plainest steps, which every program that shows SVG knows. */
const SHADOW = [
  '<feGaussianBlur in="SourceAlpha" stdDeviation="14" result="blur"/>',
  '<feOffset in="blur" dx="10" dy="18" result="fallen"/>',
  '<feComponentTransfer in="fallen" result="faint"><feFuncA type="linear" slope="0.3"/></feComponentTransfer>',
  '<feMerge><feMergeNode in="faint"/><feMergeNode in="SourceGraphic"/></feMerge>',
].join('');

function scenery(backdrop: string, isStanding: boolean): string {
  const stop = (at: number, color: string, opacity = 1) =>
    `<stop offset="${at}" stop-color="${color}" stop-opacity="${opacity}"/>`;
  const deep = mix(backdrop, '#6b6458', 0.16);
  const wall = [stop(0, backdrop), stop(1, deep)].join('');
  const floor = [stop(0, deep, 0.15), stop(1, deep, 0.9)].join('');
  const ground = [stop(0, DUSK, 0.38), stop(0.6, DUSK, 0.14), stop(1, DUSK, 0)].join('');
  return [
    `<linearGradient id="wall" x1="0" y1="0" x2="0.4" y2="1">${wall}</linearGradient>`,
    isStanding ? `<linearGradient id="floor" x1="0" y1="0" x2="0" y2="1">${floor}</linearGradient>` : '',
    isStanding ? `<radialGradient id="ground">${ground}</radialGradient>` : '',
    isStanding ? '' : `<filter id="lift" x="-20%" y="-20%" width="140%" height="150%">${SHADOW}</filter>`,
  ].join('');
}
