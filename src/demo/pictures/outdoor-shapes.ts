import { area, type Drawing, disc, fills, flat, line, mirrored, oval, rect, ring, standing, turned } from './paint.ts';

const { body, tall, shade, metal, wood } = fills;
const SHINE = '#ffffff';

export const outdoorShapes = {
  tent: standing(({ dark, deep, light, pale, accent, style }) =>
    [
      line('M300 96 L40 482 M300 96 L560 482', '#8c8470', 4),
      area('M300 110 L80 478 L520 478 Z', tall),
      area('M300 110 L520 478 L400 478 Z', dark, 0.75),
      area('M300 190 L218 478 L382 478 Z', deep),
      area('M300 190 L218 478 L262 478 Q300 360 300 190 Z', pale),
      style === 1 ? area('M214 254 L386 254 L404 284 L196 284 Z', accent, 0.8) : '',
      line('M300 110 L80 478', light, 6, 0.7),
      ...[40, 560].map(x => line(`M${x} 470 l0 18`, '#6f675a', 8)),
    ].join(''),
  ),
  backpack: standing(({ dark, deep, light, accent }) =>
    [
      line('M252 110 C252 56 348 56 348 110', deep, 18),
      mirrored(area('M168 260 Q124 270 128 400 Q128 440 168 446 Z', dark)),
      area('M170 200 Q170 96 300 96 Q430 96 430 200 L442 430 Q442 480 392 480 L208 480 Q158 480 158 430 Z', body),
      area('M172 196 Q176 100 300 100 Q424 100 428 196 L430 232 Q300 262 170 232 Z', dark, 0.55),
      rect([202, 300, 196, 146], 26, shade),
      line('M212 332 L388 332', light, 6, 0.8),
      line('M196 220 Q300 246 404 220', accent, 8),
      rect([284, 330, 32, 44], 6, accent),
      area('M186 180 Q196 124 250 112 L252 126 Q210 140 202 184 Z', SHINE, 0.3),
    ].join(''),
  ),
  ball: standing(({ dark, deep, light, accent, style }) =>
    [
      disc(300, 310, 170, tall),
      style === 0
        ? line('M300 140 L300 480 M130 310 L470 310 M176 194 Q300 310 176 428 M424 194 Q300 310 424 428', deep, 8)
        : '',
      style === 1
        ? area(
            [
              'M300 250 L356 290 L336 356 L264 356 L244 290 Z M300 142 L340 168 L300 200 L260 168 Z',
              'M450 250 L470 310 L424 306 L410 262 Z M150 250 L130 310 L176 306 L190 262 Z',
              'M214 440 L236 400 L200 380 L166 404 Z M386 440 L364 400 L400 380 L434 404 Z',
            ].join(' '),
            deep,
          )
        : '',
      style === 2
        ? line('M142 250 Q300 330 458 250 M142 372 Q300 290 458 372 M240 150 Q280 310 240 470', accent, 12)
        : '',
      area('M196 210 Q230 164 290 156 L292 172 Q240 182 208 220 Z', SHINE, 0.5),
      oval(300, 462, 100, 14, dark, 0.3),
      line('M440 250 Q462 310 440 376', light, 4, 0.3),
    ].join(''),
  ),
  mat: standing(({ dark, deep, light, accent }) =>
    [
      area('M250 400 L540 424 L520 480 L240 480 Z', tall),
      disc(220, 380, 100, dark),
      ...[100, 78, 56, 34].map((radius, i) => ring(220, 380, radius - 6, i % 2 ? deep : light, 8)),
      area('M220 280 Q330 276 340 380 Q336 440 300 464 L222 480 Q320 470 312 376 Q300 300 220 280 Z', body),
      line('M140 320 Q220 250 296 320', accent, 12),
    ].join(''),
  ),
  dumbbell: standing(({ dark, deep, light }) =>
    [
      rect([200, 352, 200, 40], 12, metal),
      mirrored(
        [
          area('M92 300 L124 276 L180 276 L212 300 L212 444 L180 468 L124 468 L92 444 Z', body),
          area('M180 276 L212 300 L212 444 L180 468 Z', deep),
          line('M124 290 L124 454', light, 6, 0.5),
        ].join(''),
      ),
      ...Array.from({ length: 9 }, (_, i) => line(`M${236 + i * 16} 356 l0 32`, dark, 3, 0.5)),
    ].join(''),
  ),
  helmet: standing(({ dark, deep, light, accent }) =>
    [
      line('M180 380 Q240 480 300 476 Q360 480 420 380', deep, 12),
      area('M110 372 Q104 150 300 142 Q496 150 490 372 Q460 402 400 392 Q300 372 200 392 Q140 402 110 372 Z', tall),
      mirrored(
        area(
          [
            'M282 166 L250 168 Q196 236 196 350 L226 352 Q232 240 282 166 Z',
            'M222 184 Q156 220 146 340 L170 348 Q176 250 222 184 Z',
          ].join(' '),
          deep,
        ),
      ),
      line('M122 374 Q300 330 478 374', accent, 10),
      area('M136 290 Q150 200 220 168 L226 178 Q170 214 152 298 Z', SHINE, 0.35),
      line('M300 150 L300 360', light, 6, 0.5),
      disc(300, 478, 10, dark),
    ].join(''),
  ),
  lantern: standing(({ dark, deep, light }) =>
    [
      line('M212 170 C212 40 388 40 388 170', deep, 12),
      disc(300, 300, 190, '#fff0bd', 0.45),
      rect([214, 150, 172, 46], 16, body),
      rect([226, 196, 148, 210], 18, '#fff4d2'),
      rect([276, 230, 48, 142], 24, '#f8cf6b'),
      mirrored(rect([226, 196, 10, 210], 3, dark)),
      rect([204, 402, 192, 78], 20, body),
      disc(300, 440, 16, light),
      line('M222 420 L222 460', SHINE, 6, 0.4),
    ].join(''),
  ),
  racket: flat(({ dark, light, accent, main }) =>
    turned(
      [
        ...[-80, -54, -27, 0, 27, 54, 80].map(x =>
          line(`M${300 + x} ${100 + Math.abs(x) * 0.5} L${300 + x} ${346 - Math.abs(x) * 0.5}`, '#dcd7cb', 3),
        ),
        ...[-100, -66, -33, 0, 33, 66, 100].map(y =>
          line(`M${190 + Math.abs(y) * 0.3} ${224 + y} L${410 - Math.abs(y) * 0.3} ${224 + y}`, '#dcd7cb', 3),
        ),
        `<ellipse cx="300" cy="224" rx="116" ry="144" fill="none" stroke="${main}" stroke-width="24"/>`,
        `<ellipse cx="300" cy="224" rx="124" ry="152" fill="none" stroke="${light}" stroke-width="5"/>`,
        line('M262 362 L292 430 M338 362 L308 430', dark, 14),
        rect([280, 420, 40, 140], 14, shade),
        ...[446, 470, 494, 518].map(y => line(`M284 ${y} l32 -12`, accent, 5, 0.7)),
      ].join(''),
      32,
    ),
  ),
  skateboard: flat(({ deep, light, accent, dark }) =>
    turned(
      [
        ...[160, 440].flatMap(y => [210, 366].map(x => rect([x, y - 22, 26, 46], 10, '#ece7db'))),
        rect([220, 40, 160, 520], 80, tall),
        rect([236, 56, 128, 488], 64, deep),
        line('M300 120 L300 480', accent, 26, 0.9),
        line('M262 170 L262 430 M338 170 L338 430', light, 8, 0.6),
        ...[150, 170, 430, 450].flatMap(y => [284, 316].map(x => disc(x, y, 5, dark))),
      ].join(''),
      28,
    ),
  ),
  cooler: standing(({ dark, deep, light, pale }) =>
    [
      line('M150 250 C140 120 460 120 450 250', '#d9d4c8', 20),
      rect([110, 246, 380, 234], 26, body),
      rect([96, 206, 408, 70], 24, pale),
      area('M110 276 L490 276 L490 290 L110 290 Z', deep, 0.35),
      rect([262, 268, 76, 44], 10, dark),
      line('M140 330 L140 440', light, 10, 0.6),
      rect([230, 370, 140, 50], 10, wood),
    ].join(''),
  ),
} satisfies Record<string, Drawing>;
