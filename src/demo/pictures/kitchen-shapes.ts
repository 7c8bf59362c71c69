import { area, type Drawing, disc, fills, flat, line, oval, rect, ring, standing, turned } from './paint.ts';

const { body, metal, wood } = fills;
const SHINE = '#ffffff';

export const kitchenShapes = {
  mug: standing(({ dark, deep, pale, accent, style }) =>
    [
      line('M400 270 C485 258 490 400 392 398', dark, 30),
      area('M190 215 L410 215 L398 440 Q394 480 350 480 L250 480 Q206 480 202 440 Z', body),
      oval(300, 215, 110, 24, deep),
      oval(300, 219, 96, 18, '#5a3a29'),
      style === 1 ? area('M195 330 L405 330 L402 372 L198 372 Z', pale, 0.75) : '',
      style === 2 ? line('M196 300 Q248 326 300 300 T404 300', accent, 10, 0.8) : '',
      area('M218 250 Q216 360 226 450 L240 450 Q230 350 234 250 Z', SHINE, 0.28),
    ].join(''),
  ),
  bowl: standing(({ deep, dark, pale, style }) =>
    [
      area('M120 270 Q130 440 250 478 L350 478 Q470 440 480 270 Z', body),
      oval(300, 270, 180, 42, deep),
      oval(300, 276, 162, 33, dark),
      style === 1 ? line('M134 330 Q300 384 466 330', pale, 12, 0.8) : '',
      area('M148 310 Q165 420 238 462 L254 462 Q184 410 172 314 Z', SHINE, 0.25),
    ].join(''),
  ),
  plate: flat(({ main, light, pale, dark, style }) =>
    [
      disc(300, 300, 205, dark),
      disc(300, 296, 205, main),
      disc(300, 298, 178, light),
      disc(300, 302, 132, main),
      disc(300, 298, 128, light),
      style === 0 ? '' : ring(300, 298, 190, pale, 7),
      area('M160 190 A178 178 0 0 1 300 122 L300 140 A162 162 0 0 0 174 202 Z', SHINE, 0.45),
    ].join(''),
  ),
  pan: flat(({ deep, dark, main, light }) =>
    turned(
      [
        rect([440, 274, 150, 40], 20, wood),
        rect([420, 280, 50, 28], 8, metal),
        disc(270, 296, 178, deep),
        disc(270, 290, 178, main),
        disc(270, 292, 156, deep),
        disc(270, 296, 146, dark),
        area('M150 240 A140 140 0 0 1 290 150 L290 166 A124 124 0 0 0 166 250 Z', light, 0.5),
      ].join(''),
      -24,
    ),
  ),
  kettle: standing(({ dark, deep }) =>
    [
      line('M222 196 C220 96 380 96 378 196', deep, 26),
      area('M420 250 Q500 262 524 200 L546 212 Q530 340 420 350 Z', dark),
      area('M210 200 L390 200 Q446 300 446 430 Q446 480 396 480 L204 480 Q154 480 154 430 Q154 300 210 200 Z', body),
      oval(300, 200, 92, 22, deep),
      disc(300, 170, 18, deep),
      rect([190, 462, 220, 18], 6, deep),
      area('M196 300 Q182 360 184 440 L206 440 Q202 360 218 290 Z', SHINE, 0.3),
    ].join(''),
  ),
  knife: flat(({ deep, dark }) =>
    turned(
      [
        area('M60 262 Q220 236 360 258 L360 336 Q180 352 60 262 Z', metal),
        area('M60 262 Q180 352 360 336 L360 326 Q190 338 60 262 Z', SHINE, 0.7),
        rect([352, 250, 26, 92], 6, '#6d747b'),
        rect([376, 258, 176, 72], 30, body),
        ...[420, 466, 512].map(x => disc(x, 294, 8, '#dfe3e6')),
        line('M392 318 L530 318', dark, 5, 0.6),
        line('M392 272 L530 272', deep, 2, 0.3),
      ].join(''),
      -32,
    ),
  ),
  glass: standing(({ main, light, pale, dark }) =>
    [
      area('M200 170 L400 170 L380 450 Q376 480 346 480 L254 480 Q224 480 220 450 Z', pale, 0.55),
      area('M208 270 L392 270 L380 448 Q376 474 346 474 L254 474 Q224 474 220 448 Z', main, 0.55),
      oval(300, 270, 92, 16, light),
      oval(300, 170, 101, 21, dark, 0.8),
      oval(300, 170, 98, 18, pale),
      area('M222 200 L236 200 L250 455 L238 455 Z', SHINE, 0.7),
      line('M200 172 L220 450 M400 172 L380 450', dark, 2, 0.5),
    ].join(''),
  ),
  jar: standing(({ dark, pale, deep, accent }) =>
    [
      rect([180, 220, 240, 260], 44, body),
      rect([176, 150, 248, 66], 18, wood),
      rect([190, 210, 220, 16], 6, deep),
      rect([214, 300, 172, 92], 10, '#fbf8f1'),
      line('M240 334 L360 334', dark, 8, 0.8),
      line('M262 360 L338 360', accent, 6, 0.8),
      area('M198 262 L212 262 L212 450 L198 440 Z', pale, 0.6),
    ].join(''),
  ),
  board: flat(({ dark, deep, light }) =>
    turned(
      [
        rect([186, 60, 228, 400], 44, body),
        area('M264 440 L336 440 L336 540 Q300 572 264 540 Z', body),
        disc(300, 520, 17, '#f1ece4'),
        ...[226, 268, 322, 372].map((x, i) => line(`M${x} 90 Q${x + (i % 2 ? 14 : -12)} 260 ${x} 430`, dark, 4, 0.35)),
        line('M204 100 L204 420', light, 8, 0.5),
        line('M396 100 L396 420', deep, 5, 0.3),
      ].join(''),
      18,
    ),
  ),
  bottle: standing(({ dark, deep, accent, pale, style }) =>
    [
      rect([262, 84, 76, 62], 14, style === 1 ? wood : deep),
      rect([272, 140, 56, 26], 4, dark),
      area(
        [
          'M270 160 L330 160 Q334 200 374 222 Q388 232 388 258 L388 446 Q388 480 352 480',
          'L248 480 Q212 480 212 446 L212 258 Q212 232 226 222 Q266 200 270 160 Z',
        ].join(' '),
        body,
      ),
      style === 2 ? rect([212, 320, 176, 22], 0, accent) : rect([212, 440, 176, 10], 0, dark),
      area('M232 256 Q230 360 236 452 L252 452 Q246 350 252 246 Z', pale, 0.5),
    ].join(''),
  ),
} satisfies Record<string, Drawing>;
