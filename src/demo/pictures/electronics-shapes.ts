import { area, type Drawing, disc, fills, flat, line, mirrored, rect, ring, standing, turned } from './paint.ts';

const { body, tall, shade, metal, screen } = fills;
const SHINE = '#ffffff';

const lens = (x: number, y: number, radius: number) =>
  disc(x, y, radius, '#1d2129') +
  disc(x, y, radius * 0.76, '#39455c') +
  disc(x, y, radius * 0.48, '#12151b') +
  disc(x - radius * 0.28, y - radius * 0.3, radius * 0.16, '#c9d8ee');

export const electronicsShapes = {
  headphones: flat(({ dark, deep, main, light, accent }) =>
    [
      line('M150 350 C120 60 480 60 450 350', deep, 34),
      line('M150 346 C120 64 480 64 450 346', main, 22),
      line('M196 176 C250 110 350 110 404 176', light, 10, 0.6),
      mirrored(
        [
          rect([112, 300, 92, 170], 44, body),
          rect([180, 314, 42, 142], 21, deep),
          disc(152, 384, 22, dark),
          line('M152 318 L152 340', accent, 8),
        ].join(''),
      ),
    ].join(''),
  ),
  earbuds: flat(({ dark, deep, light, main }) =>
    [
      rect([170, 270, 260, 220], 84, body),
      area('M170 352 L430 352 L430 346 L170 346 Z', deep, 0.6),
      disc(300, 420, 8, '#8fd19e'),
      rect([196, 292, 208, 16], 8, light),
      mirrored(
        [
          area(
            'M222 120 Q270 110 274 160 Q276 196 246 200 L250 262 Q238 276 226 262 L214 190 Q180 130 222 120 Z',
            tall,
          ),
          disc(220, 158, 24, dark),
          disc(216, 156, 14, deep),
          line('M252 136 Q262 150 258 172', main, 4, 0.5),
        ].join(''),
      ),
    ].join(''),
  ),
  speaker: standing(({ dark, deep, light, accent, style }) =>
    style === 1
      ? [
          rect([92, 210, 416, 270], 120, body),
          rect([116, 232, 368, 226], 104, dark),
          ...[0, 1, 2, 3, 4, 5, 6, 7].map(i => line(`M${150 + i * 42} 262 l0 166`, deep, 10, 0.6)),
          rect([262, 318, 76, 50], 12, accent),
          line('M170 222 Q300 208 430 222', light, 6, 0.7),
        ].join('')
      : [
          rect([176, 96, 248, 384], 52, body),
          rect([196, 118, 208, 340], 38, deep),
          disc(300, 350, 84, dark) + disc(300, 350, 58, deep) + disc(300, 350, 24, light),
          disc(300, 198, 46, dark) + disc(300, 198, 18, light),
          area('M190 140 L200 132 L200 430 L190 420 Z', SHINE, 0.35),
        ].join(''),
  ),
  keyboard: flat(({ main, light, dark, accent }) =>
    turned(
      [
        rect([50, 206, 500, 196], 22, dark),
        rect([50, 200, 500, 194], 22, body),
        ...[0, 1, 2].flatMap(row =>
          Array.from({ length: 12 }, (_, i) =>
            rect([70 + i * 39, 220 + row * 42, 32, 34], 6, row === 0 && i === 0 ? accent : light),
          ),
        ),
        ...[70, 112].map(x => rect([x, 346, 34, 34], 6, light)),
        rect([154, 346, 270, 34], 6, light),
        ...[432, 474].map(x => rect([x, 346, 34, 34], 6, light)),
        line('M66 392 L534 392', main, 3, 0.6),
      ].join(''),
      -12,
    ),
  ),
  mouse: flat(({ dark, deep, light, accent }) =>
    turned(
      [
        rect([196, 120, 208, 360], 104, body),
        area('M300 124 L300 270 Q250 286 198 268 L198 222 Q200 126 300 124 Z', dark, 0.5),
        line('M198 270 Q300 300 402 270', deep, 4, 0.6),
        line('M300 126 L300 280', deep, 4, 0.6),
        rect([286, 172, 28, 70], 14, accent),
        line('M226 330 Q236 420 276 458', light, 12, 0.6),
      ].join(''),
      14,
    ),
  ),
  watch: flat(({ dark, deep, main, light, accent, style }) =>
    [
      area('M226 40 L374 40 L392 200 L208 200 Z', tall),
      area('M208 400 L392 400 L374 560 L226 560 Z', tall),
      ...[440, 474, 508].map(y => disc(300, y, 7, deep)),
      style === 1 ? disc(300, 300, 134, dark) + disc(300, 300, 116, '#1b2130') : '',
      style === 1 ? '' : rect([176, 170, 248, 260], 64, dark) + rect([192, 186, 216, 228], 50, '#1b2130'),
      rect([420, 268, 22, 62], 10, metal),
      line('M300 300 L300 232 M300 300 L346 322', SHINE, 8),
      line('M300 214 A86 86 0 1 1 225 343', accent, 9),
      disc(300, 300, 9, light),
      line('M236 60 L228 180', main, 6, 0.6),
    ].join(''),
  ),
  powerbank: standing(({ deep, light, dark }) =>
    [
      rect([196, 110, 208, 370], 40, body),
      rect([258, 98, 36, 16], 4, deep),
      rect([312, 98, 36, 16], 4, deep),
      ...[0, 1, 2, 3].map(i => disc(252 + i * 32, 420, 8, i < 3 ? '#9fe0b0' : dark)),
      area('M312 200 L268 284 L298 284 L286 352 L336 262 L304 262 Z', light),
      area('M212 150 L224 142 L224 440 L212 432 Z', SHINE, 0.35),
    ].join(''),
  ),
  camera: standing(({ dark, deep, light, accent }) =>
    [
      area('M226 196 L252 146 L348 146 L374 196 Z', body),
      rect([90, 190, 420, 270], 34, body),
      rect([90, 250, 420, 146], 0, deep),
      rect([140, 168, 62, 26], 8, metal),
      disc(446, 222, 14, accent),
      disc(300, 322, 118, dark),
      disc(300, 322, 104, '#3a3f47'),
      lens(300, 322, 88),
      line('M112 206 Q240 198 300 200', light, 6, 0.5),
    ].join(''),
  ),
  tablet: standing(({ deep, accent, pale }) =>
    turned(
      [
        rect([140, 70, 320, 420], 30, body),
        rect([152, 82, 296, 396], 20, '#14171d'),
        rect([162, 94, 276, 372], 12, screen),
        rect([186, 124, 228, 116], 14, accent),
        rect([186, 260, 106, 84], 12, pale),
        rect([308, 260, 106, 84], 12, '#7f93b5'),
        ...[372, 396, 420].map((y, i) => line(`M190 ${y} L${400 - i * 46} ${y}`, '#8fa0bf', 8, 0.7)),
        rect([458, 150, 6, 60], 3, deep),
      ].join(''),
      6,
    ),
  ),
  monitor: standing(({ dark, deep, accent, pale }) =>
    [
      area('M266 390 L334 390 L346 466 L254 466 Z', metal),
      rect([190, 460, 220, 20], 10, dark),
      rect([56, 110, 488, 290], 18, body),
      rect([68, 122, 464, 258], 8, '#14171d'),
      rect([74, 128, 452, 246], 6, screen),
      area('M74 374 L74 310 Q200 220 300 290 T526 240 L526 374 Z', accent, 0.75),
      area('M74 374 L74 350 Q220 290 330 340 T526 300 L526 374 Z', pale, 0.6),
      disc(430, 190, 26, '#f2d58f'),
      line('M270 392 L330 392', deep, 4, 0.6),
    ].join(''),
  ),
  light: standing(({ dark, deep, light }) =>
    [
      disc(300, 220, 178, '#fff3c9', 0.55),
      area('M210 210 A90 90 0 1 1 390 210 Q390 262 352 300 L352 340 L248 340 L248 300 Q210 262 210 210 Z', '#fff6da'),
      area('M270 330 L262 236 Q282 214 300 238 Q318 214 338 236 L330 330', 'none'),
      line('M276 336 L264 240 Q282 214 300 240 Q318 214 336 240 L324 336', '#e0a63c', 6),
      rect([244, 336, 112, 96], 14, body),
      ...[360, 384, 408].map(y => line(`M248 ${y} L352 ${y - 6}`, deep, 6, 0.45)),
      area('M262 430 L338 430 L322 478 L278 478 Z', dark),
      line('M234 190 Q242 152 276 138', light, 8, 0.5),
    ].join(''),
  ),
  cable: flat(({ dark, main, light, deep }) =>
    [
      ...[150, 122, 94].map((radius, i) => ring(290, 300, radius, [dark, main, light][i]!, 22)),
      line('M290 150 C420 120 480 160 476 92', main, 22),
      line('M290 450 C160 490 110 440 118 520', dark, 22),
      rect([452, 40, 48, 70], 10, deep),
      rect([462, 18, 28, 28], 3, metal),
      rect([94, 500, 48, 66], 10, deep),
      rect([104, 560, 28, 24], 3, metal),
      rect([258, 132, 60, 336], 16, shade),
    ].join(''),
  ),
} satisfies Record<string, Drawing>;
