import { area, type Drawing, disc, fills, flat, line, rect, standing, turned } from './paint.ts';

const { body, tall, shade, metal, wood } = fills;
const SHINE = '#ffffff';

const TEETH = Array.from({ length: 24 }, (_, i) => {
  const [x, y] = [67.7 + i * 15.4, 302.5 + i * 2.5];
  return `L${x.toFixed(1)} ${y + 14.5} L${(x + 7.7).toFixed(1)} ${y}`;
}).join(' ');

export const toolShapes = {
  hammer: flat(({ dark, light }) =>
    turned(
      [
        rect([276, 190, 48, 200], 10, wood),
        rect([270, 370, 60, 186], 24, body),
        ...[410, 440, 470, 500].map(y => line(`M278 ${y} L322 ${y}`, dark, 5, 0.5)),
        area('M196 110 L360 110 Q380 110 384 130 L384 186 L330 192 L330 210 L270 210 L270 192 L196 186 Z', metal),
        area('M384 118 Q450 112 486 60 Q500 130 384 176 Z', '#9aa2aa'),
        rect([172, 100, 34, 96], 8, '#7f878f'),
        line('M210 122 L370 122', SHINE, 6, 0.7),
        line('M288 390 L288 530', light, 5, 0.5),
      ].join(''),
      28,
    ),
  ),
  drill: standing(({ dark, deep, light, accent }) =>
    [
      line('M40 226 L120 226', '#9aa2aa', 12),
      area('M110 196 L176 180 L176 272 L110 256 Z', '#4a4f55'),
      rect([170, 152, 290, 140], 44, body),
      rect([170, 152, 74, 140], 20, dark),
      area('M330 284 L432 284 L452 430 L346 430 Z', tall),
      area('M306 290 L338 290 L344 340 Q310 340 306 290 Z', accent),
      rect([310, 420, 190, 60], 14, shade),
      ...[280, 304, 328, 352].map(x => line(`M${x} 190 L${x} 220`, deep, 7, 0.6)),
      line('M262 168 L430 168', light, 7, 0.6),
      rect([400, 438, 76, 20], 6, accent),
    ].join(''),
  ),
  screwdriver: flat(({ dark, light, accent }) =>
    turned(
      [
        rect([288, 60, 24, 250], 4, metal),
        area('M284 60 L316 60 L308 34 L292 34 Z', '#7f878f'),
        rect([264, 300, 72, 230], 34, body),
        rect([270, 296, 60, 26], 8, dark),
        ...[276, 300, 324].map(x => line(`M${x} 346 L${x} 480`, dark, 7, 0.5)),
        line('M286 336 L286 490', light, 5, 0.6),
        rect([264, 486, 72, 20], 8, accent),
      ].join(''),
      38,
    ),
  ),
  saw: flat(({ dark, deep, light }) =>
    turned(
      [
        area('M40 252 L430 230 L430 360 L60 300 Z', metal),
        area(`M60 300 ${TEETH} L430 350 L60 296 Z`, '#8b939b'),
        line('M60 262 L420 244', SHINE, 6, 0.7),
        area('M416 214 Q480 190 548 222 Q570 300 530 380 Q480 404 440 372 Q430 340 446 320 Q410 300 416 214 Z', body),
        area('M470 250 Q508 240 516 268 Q526 320 502 340 Q476 346 474 316 Z', '#f1ece4'),
        disc(446, 250, 8, '#dfe3e6'),
        line('M438 226 Q490 208 536 232', light, 6, 0.6),
        line('M450 372 Q490 392 524 376', deep, 5, 0.4),
        disc(448, 350, 8, dark),
      ].join(''),
      -14,
    ),
  ),
  wrench: flat(({ dark, light, accent }) =>
    turned(
      [
        area('M270 170 L330 170 L326 430 L274 430 Z', body),
        area(
          [
            'M300 40 Q380 44 384 120 Q380 190 300 196 Q220 190 216 120',
            'Q220 70 260 48 L268 112 L300 128 L332 112 L338 48 Q320 40 300 40 Z',
          ].join(' '),
          metal,
        ),
        disc(300, 476, 70, metal),
        disc(300, 476, 36, '#f1ece4'),
        line('M286 200 L284 410', light, 6, 0.6),
        rect([272, 280, 56, 60], 4, accent),
        line('M318 200 L316 410', dark, 4, 0.4),
      ].join(''),
      34,
    ),
  ),
  toolbox: standing(({ dark, deep, light, accent }) =>
    [
      line('M210 210 L210 160 L390 160 L390 210', '#3b4046', 22),
      area('M90 250 Q90 206 134 206 L466 206 Q510 206 510 250 L510 300 L90 300 Z', tall),
      rect([90, 292, 420, 188], 18, body),
      rect([90, 286, 420, 18], 0, deep),
      ...[180, 370].map(x => rect([x, 266, 50, 66], 8, accent)),
      rect([250, 370, 100, 56], 8, dark),
      line('M112 236 L112 280', SHINE, 8, 0.4),
      line('M106 460 L494 460', light, 4, 0.4),
    ].join(''),
  ),
  measure: standing(({ dark, deep, light, accent }) =>
    [
      area('M330 430 L566 430 L566 476 L330 476 Z', '#f1cf58'),
      ...Array.from({ length: 12 }, (_, i) => line(`M${380 + i * 15} 432 l0 ${i % 4 === 0 ? 24 : 14}`, '#5a4a1a', 3)),
      rect([556, 420, 12, 60], 3, '#8b939b'),
      area(
        'M100 300 Q100 180 220 180 L300 180 Q400 190 400 300 L400 450 Q400 480 370 480 L130 480 Q100 480 100 450 Z',
        body,
      ),
      disc(244, 326, 96, dark),
      disc(244, 326, 74, accent),
      disc(244, 326, 36, deep),
      line('M126 300 Q130 214 220 204', light, 8, 0.6),
    ].join(''),
  ),
  ladder: standing(({ main, dark, light }) =>
    [
      line('M360 90 L470 476', dark, 16),
      line('M300 90 L410 476', dark, 12),
      ...[170, 250, 330, 410].map((y, i) => line(`M${232 - i * 20} ${y} L${352 - i * 10} ${y}`, '#b9c0c6', 18)),
      line('M260 90 L150 476', main, 22),
      line('M336 90 L322 476', main, 22),
      rect([240, 72, 140, 34], 10, shade),
      line('M254 110 L160 440', light, 5, 0.6),
    ].join(''),
  ),
} satisfies Record<string, Drawing>;
