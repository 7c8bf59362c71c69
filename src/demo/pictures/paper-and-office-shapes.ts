import { area, type Drawing, disc, fills, flat, line, oval, rect, standing, turned } from './paint.ts';

const { body, tall, shade, metal } = fills;
const PAPER = '#fbf8f0';

export const paperShapes = {
  book: standing(({ dark, deep, light, accent, pale, style }) =>
    [
      area('M180 84 L440 84 L440 474 L180 474 Z', '#efe8d8'),
      rect([156, 76, 276, 404], 8, tall),
      rect([156, 76, 34, 404], 8, dark),
      line('M190 78 L190 478', deep, 3, 0.5),
      style === 0 ? disc(312, 250, 74, accent) + area('M238 300 Q312 220 386 300 L386 330 L238 330 Z', deep, 0.55) : '',
      style === 1 ? area('M214 340 L280 220 L320 290 L350 246 L404 340 Z', accent) + disc(366, 190, 24, pale) : '',
      style === 2
        ? [180, 214, 248, 282]
            .map((y, i) => line(`M${222 + i * 12} ${y} L${398 - i * 12} ${y}`, i % 2 ? pale : accent, 16))
            .join('')
        : '',
      line('M226 120 L396 120', pale, 14),
      line('M256 148 L366 148', pale, 8, 0.8),
      line('M262 430 L360 430', light, 9, 0.9),
    ].join(''),
  ),
  notebook: flat(({ deep, light, accent, style }) =>
    turned(
      [
        rect([166, 76, 292, 448], 18, PAPER),
        rect([150, 70, 290, 448], 18, tall),
        style === 0
          ? Array.from(
              { length: 13 },
              (_, i) => line(`M138 ${102 + i * 32} l30 0`, '#c9ced3', 8) + disc(172, 102 + i * 32, 6, deep),
            ).join('')
          : rect([396, 70, 16, 448], 0, accent),
        rect([228, 160, 140, 84], 6, PAPER),
        line('M250 192 L346 192 M262 216 L334 216', deep, 6, 0.7),
        line('M176 100 L176 486', light, 5, style === 0 ? 0 : 0.5),
      ].join(''),
      -8,
    ),
  ),
  pen: flat(({ dark, deep, light, accent }) =>
    [
      turned(
        [
          rect([276, 60, 44, 340], 18, body),
          area('M276 394 L320 394 L302 500 Q298 512 294 500 Z', metal),
          rect([272, 226, 52, 20], 4, accent),
          rect([314, 70, 14, 120], 7, metal),
          line('M288 80 L288 380', light, 6, 0.6),
        ].join(''),
        42,
      ),
      turned(
        [
          rect([330, 90, 40, 320], 4, tall),
          area('M330 404 L370 404 L350 474 Z', '#ecd2a6'),
          area('M343 450 L357 450 L350 474 Z', deep),
          rect([330, 70, 40, 34], 10, '#e39a98'),
          line('M350 106 L350 402', dark, 3, 0.4),
        ].join(''),
        58,
      ),
    ].join(''),
  ),
  cards: flat(({ light, accent, pale, dark }) =>
    [
      turned(rect([150, 150, 260, 340], 12, shade), -14),
      turned(rect([176, 120, 260, 340], 12, PAPER), -2),
      turned(
        [
          rect([196, 110, 260, 350], 12, tall),
          rect([214, 128, 224, 314], 8, light),
          disc(326, 256, 66, accent),
          area('M260 330 Q326 250 392 330 L392 410 L260 410 Z', dark, 0.7),
          line('M280 424 L372 424', pale, 8),
        ].join(''),
        10,
      ),
    ].join(''),
  ),
  envelope: flat(({ dark, light, accent, deep }) =>
    turned(
      [
        rect([90, 160, 420, 290], 14, tall),
        area('M94 166 L300 336 L506 166 Q500 160 492 160 L108 160 Q100 160 94 166 Z', light),
        line('M94 446 L246 296 M506 446 L354 296', dark, 5, 0.6),
        line('M98 168 L300 336 L502 168', deep, 4, 0.4),
        disc(300, 322, 34, accent),
      ].join(''),
      -6,
    ),
  ),
} satisfies Record<string, Drawing>;

export const officeShapes = {
  stapler: standing(({ dark, deep, light }) =>
    [
      rect([90, 440, 420, 40], 18, shade),
      rect([110, 420, 380, 26], 8, metal),
      area('M120 404 Q120 330 190 312 L470 250 Q520 246 516 300 L500 340 L150 416 Z', body),
      area('M190 312 L470 250 Q500 248 508 268 L196 342 Z', light, 0.5),
      disc(150, 404, 24, deep),
      line('M250 350 L470 300', dark, 6, 0.5),
    ].join(''),
  ),
  folder: standing(({ dark, light, deep, accent }) =>
    [
      rect([170, 92, 270, 388], 10, shade),
      rect([150, 84, 250, 396], 10, tall),
      rect([150, 84, 86, 396], 10, dark),
      rect([166, 150, 54, 130], 4, PAPER),
      line('M182 176 L204 176 M182 200 L204 200 M182 224 L204 224', deep, 6),
      `<circle cx="193" cy="410" r="22" fill="${deep}" stroke="#cfd4d8" stroke-width="8"/>`,
      line('M252 110 L252 460', light, 5, 0.6),
      rect([290, 128, 84, 12], 6, accent),
    ].join(''),
  ),
  organizer: standing(({ dark, deep, light, accent, pale }) =>
    [
      rect([190, 130, 18, 220], 4, accent) + area('M190 130 L208 130 L199 98 Z', '#ecd2a6'),
      rect([226, 160, 16, 200], 8, deep),
      rect([256, 110, 20, 240], 4, pale) + rect([256, 104, 20, 30], 6, '#e39a98'),
      rect([330, 190, 120, 160], 4, PAPER),
      rect([346, 176, 104, 160], 4, light),
      rect([150, 300, 300, 180], 16, body),
      rect([150, 300, 146, 180], 16, tall),
      line('M298 312 L298 470', deep, 6, 0.4),
      rect([320, 370, 106, 66], 8, dark),
      disc(373, 403, 9, light),
    ].join(''),
  ),
  deskchair: standing(({ dark, deep, light }) =>
    [
      line('M300 360 L300 440', '#6d747b', 18),
      line('M300 440 L190 466 M300 440 L410 466 M300 440 L300 470', '#4a4f55', 14),
      ...[188, 300, 412].map(x => disc(x, 472, 13, '#2d3036')),
      rect([196, 70, 208, 236], 50, tall),
      rect([216, 92, 168, 190], 38, dark),
      ...[130, 166, 202, 238].map(y => line(`M230 ${y} Q300 ${y + 14} 370 ${y}`, light, 5, 0.4)),
      line('M178 348 L168 246 L196 240 M422 348 L432 246 L404 240', deep, 14),
      rect([160, 318, 280, 56], 26, body),
    ].join(''),
  ),
  lampdesk: standing(({ dark, deep, light }) =>
    [
      area('M330 190 L520 470 L200 470 Z', '#fff3c9', 0.5),
      oval(210, 468, 90, 16, deep),
      oval(210, 462, 90, 16, dark),
      line('M210 456 L160 280 L300 150', metal.replace('url(#metal)', '#a9b0b6'), 12),
      disc(160, 280, 16, deep),
      area('M262 128 Q330 70 392 118 L424 196 L292 236 Z', body),
      area('M292 236 L424 196 Q400 244 348 248 Q312 250 292 236 Z', '#fff0bd'),
      line('M286 136 Q324 104 364 118', light, 7, 0.6),
    ].join(''),
  ),
} satisfies Record<string, Drawing>;
