import { area, type Drawing, disc, fills, flat, line, mirrored, oval, rect, ring, standing, turned } from './paint.ts';

const { body, tall, shade, metal } = fills;

const WIDE_LENS = 'M112 250 Q200 226 284 252 Q288 350 236 376 Q150 388 122 340 Z';
const TINT = '#2b3240';

/** Folds that cloth throws at the sides. */
const folds = (color: string) => mirrored(line('M206 300 Q222 380 210 470 M246 380 Q252 440 246 492', color, 5, 0.35));

export const clothingShapes = {
  shirt: flat(({ dark, deep, light, accent, style }) =>
    [
      area(
        [
          'M220 96 L120 146 L60 268 L140 306 L176 252 L176 506 L424 506 L424 252',
          'L460 306 L540 268 L480 146 L380 96 Q300 150 220 96 Z',
        ].join(' '),
        tall,
      ),
      line('M220 96 Q300 160 380 96', deep, 12),
      line('M176 252 L180 190 M424 252 L420 190', deep, 5, 0.5),
      style === 1
        ? area('M176 300 L424 300 L424 340 L176 340 Z M176 362 L424 362 L424 380 L176 380 Z', light, 0.8)
        : '',
      style === 2 ? rect([336, 212, 60, 66], 6, dark) : '',
      style === 0 ? disc(300, 268, 44, accent) : '',
      folds(deep),
    ].join(''),
  ),
  sweater: flat(({ dark, deep, light, style }) =>
    [
      area(
        [
          'M226 100 L130 142 Q90 180 70 420 L60 486 L124 496 L178 280 L178 508 L422 508 L422 280',
          'L476 496 L540 486 L530 420 Q510 180 470 142 L374 100 Q300 140 226 100 Z',
        ].join(' '),
        tall,
      ),
      ...Array.from({ length: 12 }, (_, i) => line(`M${190 + i * 20} 478 l0 26`, deep, 5, 0.4)),
      line('M226 100 Q300 150 374 100', dark, 22),
      mirrored(area('M60 486 L124 496 L130 470 L66 458 Z', dark)),
      style === 0
        ? ''
        : [220, 260, 300, 340, 380]
            .map(x => line(`M${x} 190 l-9 30 l9 30 l-9 30 l9 30 l-9 30 l9 30 l-9 30 l9 30`, light, 6, 0.55))
            .join(''),
      style === 2 ? area('M178 236 L422 236 L422 272 L178 272 Z', light, 0.6) : '',
      folds(deep),
    ].join(''),
  ),
  jacket: flat(({ dark, deep, light, accent }) =>
    [
      area(
        [
          'M222 90 L130 138 Q86 190 66 420 L56 484 L126 498 L176 290 L172 510 L428 510 L424 290',
          'L474 498 L544 484 L534 420 Q514 190 470 138 L378 90 Q300 130 222 90 Z',
        ].join(' '),
        tall,
      ),
      area('M222 90 Q300 130 378 90 L392 132 Q300 178 208 132 Z', deep),
      line('M300 156 L300 508', metal.replace('url(#metal)', '#d5d9dd'), 8),
      area('M300 156 L300 508 L288 508 L288 156 Z', deep, 0.5),
      mirrored(line('M196 386 L262 360', deep, 10)),
      mirrored(area('M56 484 L126 498 L130 474 L62 460 Z', dark)),
      rect([340, 220, 58, 22], 5, accent),
      line('M190 220 Q184 300 186 360', light, 8, 0.4),
      area('M172 486 L428 486 L428 510 L172 510 Z', dark),
    ].join(''),
  ),
  trousers: flat(({ dark, deep, light }) =>
    [
      area('M186 70 L414 70 L440 540 L332 540 L304 250 L296 250 L268 540 L160 540 Z', tall),
      area('M186 70 L414 70 L416 112 L184 112 Z', dark),
      line('M300 112 Q304 180 300 250', deep, 6, 0.6),
      mirrored(line('M190 124 Q206 176 184 190', deep, 6, 0.6)),
      mirrored(line('M232 150 Q222 340 212 530', light, 5, 0.4)),
      disc(300, 92, 10, metal),
      ...[218, 372].map(x => rect([x, 66, 12, 50], 3, deep)),
      mirrored(area('M160 540 L268 540 L270 520 L162 520 Z', deep, 0.35)),
    ].join(''),
  ),
  dress: flat(({ dark, deep, light, accent, style }) =>
    [
      area(
        [
          'M232 70 L262 70 Q300 130 338 70 L368 70 Q364 170 388 210 L376 270',
          'Q452 400 478 530 Q300 566 122 530 Q148 400 224 270 L212 210 Q236 170 232 70 Z',
        ].join(' '),
        tall,
      ),
      area('M222 262 L378 262 L382 290 L218 290 Z', style === 1 ? accent : dark),
      mirrored(line('M252 300 Q220 420 196 536 M286 300 Q276 430 270 548', deep, 5, 0.35)),
      line('M262 70 Q300 134 338 70', deep, 6, 0.6),
      style === 2
        ? [
            [200, 400],
            [260, 350],
            [320, 420],
            [390, 380],
            [240, 480],
            [360, 490],
            [300, 210],
            [430, 470],
            [170, 480],
          ]
            .map(([x, y]) => disc(x!, y!, 11, light))
            .join('')
        : line('M246 120 Q240 180 230 214', light, 7, 0.5),
    ].join(''),
  ),
  shoe: standing(({ dark, deep, light, pale, accent }) =>
    [
      area('M70 420 L530 420 Q546 450 530 480 L96 480 Q66 470 70 420 Z', '#f4f1ea'),
      area('M70 452 L538 452 Q542 470 530 480 L96 480 Q72 474 70 452 Z', '#d8d2c5'),
      area('M76 424 Q66 330 96 264 Q150 300 204 250 Q250 290 330 340 Q440 360 506 384 Q536 400 534 424 Z', tall),
      area('M404 354 Q500 372 524 400 L534 424 L400 424 Q380 390 404 354 Z', dark, 0.6),
      area('M76 424 Q70 360 84 300 Q130 320 140 424 Z', dark, 0.6),
      ...[0, 1, 2, 3].map(i => line(`M${224 + i * 34} ${304 + i * 17} l32 -34`, pale, 9)),
      line('M170 424 Q236 330 330 392 Q370 416 420 400', accent, 14),
      line('M96 264 Q150 300 204 250', deep, 8),
      line('M110 300 Q150 318 190 292', light, 5, 0.5),
    ].join(''),
  ),
  boot: standing(({ dark, deep, light, pale }) =>
    [
      area('M150 440 L500 440 Q512 462 500 480 L150 480 Z', '#3c352f'),
      area('M156 448 L156 130 Q240 104 330 130 L330 300 Q346 344 430 356 Q506 372 504 446 Z', body),
      area('M156 130 Q240 104 330 130 L330 168 Q240 146 156 168 Z', dark),
      area('M420 354 Q506 372 504 446 L400 446 Q390 390 420 354 Z', deep, 0.4),
      ...[196, 232, 268, 304].map((y, i) => line(`M${268 + i * 6} ${y} l70 -16`, pale, 8)),
      line('M184 180 Q178 300 184 420', light, 8, 0.4),
      rect([150, 432, 354, 14], 4, deep),
    ].join(''),
  ),
  hat: standing(({ dark, deep, light, accent, style }) =>
    style === 1
      ? [
          area('M130 420 Q120 190 300 170 Q480 190 470 420 Z', tall),
          rect([116, 372, 368, 92], 30, dark),
          disc(300, 158, 42, light),
          ...Array.from({ length: 13 }, (_, i) => line(`M${140 + i * 27} 386 l0 64`, deep, 6, 0.35)),
          ...[200, 250, 300, 350, 400].map(x =>
            line(`M${x} 230 Q${x + (x - 300) * 0.2} 300 ${x + (x - 300) * 0.3} 366`, deep, 6, 0.25),
          ),
        ].join('')
      : [
          oval(300, 430, 250, 46, dark),
          oval(300, 420, 250, 44, body),
          area('M170 414 Q164 200 250 196 Q300 224 350 196 Q436 200 430 414 Q300 446 170 414 Z', tall),
          area('M168 356 Q300 392 432 356 L431 408 Q300 444 169 408 Z', accent),
          line('M206 240 Q196 300 196 340', light, 8, 0.4),
        ].join(''),
  ),
  sock: flat(({ dark, deep, light, accent, style }) =>
    [0, 1]
      .map(i => {
        const drawn = [
          area(
            'M230 70 L340 70 L340 330 Q344 380 400 404 Q470 440 450 490 Q430 530 370 516 Q250 490 232 400 Z',
            i === 0 ? shade : tall,
          ),
          area('M230 70 L340 70 L340 120 L230 120 Z', dark),
          ...Array.from({ length: 6 }, (_, k) => line(`M${240 + k * 18} 76 l0 40`, deep, 4, 0.5)),
          style === 0 ? '' : line('M230 170 L340 170 M230 200 L340 200', style === 1 ? light : accent, 14),
          area('M420 414 Q470 440 450 490 Q440 512 414 518 Q380 470 420 414 Z', accent, 0.9),
          area('M232 380 Q280 360 300 420 Q290 460 262 450 Q240 430 232 400 Z', accent, 0.9),
        ].join('');
        return `<g transform="translate(${i === 0 ? 40 : -60} ${i === 0 ? -8 : 20})">${drawn}</g>`;
      })
      .join(''),
  ),
  scarf: flat(({ dark, light, main, accent, style }) =>
    [
      area(
        [
          'M250 120 Q420 100 440 210 Q430 300 300 300 Q170 300 170 210 Q180 130 250 120 Z',
          'M300 156 Q222 160 222 208 Q230 256 300 256 Q376 256 384 208 Q380 160 300 156 Z',
        ].join(' '),
        tall,
      ),
      area('M216 262 L316 274 L300 520 L190 506 Z', body),
      area('M300 276 L400 254 L436 490 L330 516 Z', dark),
      ...[340, 380, 420].map(y => line(`M208 ${y} L306 ${y + 10}`, style === 1 ? accent : light, 12, 0.75)),
      ...[336, 376, 416].map(y => line(`M318 ${y + 12} L418 ${y - 8}`, style === 1 ? accent : light, 12, 0.55)),
      ...Array.from({ length: 8 }, (_, i) => line(`M${194 + i * 14} ${508 + i * 1.8} l-4 34`, main, 5)),
      ...Array.from({ length: 8 }, (_, i) => line(`M${334 + i * 14} ${516 - i * 3.4} l4 34`, dark, 5)),
    ].join(''),
  ),
  bag: standing(({ dark, deep, light, accent }) =>
    [
      line('M210 260 C200 70 400 70 390 260', deep, 18),
      area('M140 236 L460 236 L484 448 Q484 480 452 480 L148 480 Q116 480 116 448 Z', body),
      area('M140 236 L460 236 L464 276 L136 276 Z', dark, 0.5),
      line('M134 296 L466 296', light, 4, 0.6),
      rect([258, 330, 84, 60], 10, accent),
      mirrored(disc(210, 262, 10, metal)),
      area('M150 300 L164 300 L148 460 L134 456 Z', light, 0.5),
    ].join(''),
  ),
  glasses: flat(({ main, dark, style }) =>
    turned(
      [
        mirrored(line('M130 266 Q90 250 78 330', dark, 16)),
        mirrored(
          style === 1
            ? disc(200, 310, 84, TINT, 0.72) + ring(200, 310, 84, main, 18)
            : area(WIDE_LENS, TINT, 0.72) + line(WIDE_LENS, main, 18),
        ),
        line('M282 276 Q300 256 318 276', main, 16),
        mirrored(line('M150 290 L190 262', '#ffffff', 10, 0.55)),
      ].join(''),
      -8,
    ),
  ),
} satisfies Record<string, Drawing>;
