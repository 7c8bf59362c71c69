import { area, type Drawing, disc, fills, flat, line, mirrored, oval, rect, standing, turned } from './paint.ts';

const { body, tall, shade, metal, wood } = fills;
const SHINE = '#ffffff';
const LABEL = '#fbf8f1';

export const careShapes = {
  tube: standing(({ dark, deep, accent, pale }) =>
    [
      rect([250, 424, 100, 56], 10, shade),
      area('M176 90 L424 90 L366 424 L234 424 Z', body),
      rect([172, 72, 256, 30], 4, dark),
      rect([232, 190, 136, 120], 8, LABEL),
      line('M254 226 L346 226', deep, 9),
      line('M264 254 L336 254 M274 278 L326 278', accent, 6),
      area('M200 110 L216 110 L252 414 L240 414 Z', pale, 0.55),
    ].join(''),
  ),
  pump: standing(({ dark, deep, accent, pale }) =>
    [
      line('M300 170 L300 104 L214 104 L208 122', deep, 18),
      rect([264, 160, 72, 52], 8, shade),
      area(
        'M196 252 Q200 208 256 206 L344 206 Q400 208 404 252 L404 448 Q404 480 372 480 L228 480 Q196 480 196 448 Z',
        body,
      ),
      rect([222, 290, 156, 130], 8, LABEL),
      line('M250 330 L350 330', dark, 9),
      line('M262 360 L338 360 M276 386 L324 386', accent, 6),
      area('M208 256 L220 250 L220 456 L208 450 Z', pale, 0.6),
    ].join(''),
  ),
  pot: standing(({ dark, deep, accent, pale }) =>
    [
      rect([150, 300, 300, 180], 36, body),
      rect([140, 212, 320, 92], 20, wood),
      rect([158, 298, 284, 14], 4, deep),
      rect([206, 350, 188, 84], 8, LABEL),
      line('M236 380 L364 380', dark, 8),
      line('M258 406 L342 406', accent, 6),
      area('M166 336 L180 332 L180 446 L166 436 Z', pale, 0.6),
    ].join(''),
  ),
  soap: standing(({ dark, light, pale, deep }) =>
    [
      area('M90 440 L510 440 L480 480 L120 480 Z', wood),
      rect([110, 428, 380, 20], 8, wood),
      rect([150, 300, 300, 132], 46, tall),
      area('M170 318 Q300 290 430 318 Q440 350 430 370 Q300 344 170 370 Z', light, 0.5),
      line('M240 368 Q256 340 272 366 T304 364 T336 366 T362 358', deep, 7, 0.45),
      ...[
        [400, 250, 34],
        [452, 208, 20],
        [360, 214, 16],
        [430, 160, 12],
      ].map(([x, y, r]) => disc(x!, y!, r!, pale, 0.75) + disc(x! - r! / 3, y! - r! / 3, r! / 4, SHINE)),
      line('M176 420 L424 420', dark, 6, 0.3),
    ].join(''),
  ),
  brush: flat(({ dark, deep, light, accent }) =>
    turned(
      [
        rect([276, 300, 48, 250], 24, body),
        area('M230 130 Q230 60 300 60 Q370 60 370 130 L360 280 Q350 320 300 320 Q250 320 240 280 Z', tall),
        rect([248, 90, 104, 196], 46, deep),
        ...Array.from({ length: 7 }, (_, row) =>
          [266, 289, 312, 335].map(x => disc(x, 112 + row * 25, 6, '#f2ead9')).join(''),
        ),
        line('M288 340 L288 520', light, 6, 0.5),
        disc(300, 524, 8, accent),
        line('M276 330 L324 330', dark, 6),
      ].join(''),
      30,
    ),
  ),
  perfume: standing(({ dark, deep, light, pale }) =>
    [
      rect([258, 90, 84, 90], 12, shade),
      rect([272, 176, 56, 34], 4, metal),
      rect([160, 206, 280, 274], 30, pale),
      rect([178, 270, 244, 194], 20, body),
      rect([226, 300, 148, 96], 6, LABEL),
      line('M252 334 L348 334', dark, 7),
      line('M270 360 L330 360', deep, 5, 0.6),
      area('M176 232 L190 226 L190 460 L176 454 Z', SHINE, 0.6),
      line('M172 222 Q300 214 428 222', light, 5, 0.6),
    ].join(''),
  ),
  lipstick: standing(({ main, dark, deep, light }) =>
    [
      rect([230, 330, 140, 150], 14, '#33363c'),
      rect([242, 250, 116, 90], 8, metal),
      area('M254 250 L254 150 Q300 90 346 116 L346 250 Z', body),
      area('M254 150 Q300 90 346 116 Q330 160 254 172 Z', light, 0.6),
      line('M250 346 L250 462', '#ffffff', 7, 0.3),
      line('M270 180 L270 240', light, 7, 0.6),
      line('M232 400 L368 400', main, 7),
      line('M346 130 L346 246', dark, 4, 0.4),
      oval(300, 478, 62, 6, deep, 0.3),
    ].join(''),
  ),
} satisfies Record<string, Drawing>;

const PLAY = ['#d9a531', '#3f7d54', '#3a6fb0', '#c0392f'];

export const playShapes = {
  blocks: standing(({ dark, light }) =>
    [
      rect([110, 350, 130, 130], 14, body),
      rect([254, 350, 130, 130], 14, PLAY[0]!),
      rect([398, 380, 100, 100], 12, PLAY[2]!),
      rect([184, 214, 130, 130], 14, PLAY[1]!),
      area('M340 344 L410 220 L480 344 Z', tall),
      area('M200 208 A58 58 0 0 1 316 208 Z', PLAY[3]!),
      disc(175, 415, 32, light),
      area('M319 386 L346 440 L292 440 Z', '#fff3d6'),
      rect([226, 258, 46, 46], 6, '#e9f1e4'),
      line('M420 404 L476 404 M420 430 L476 430', '#dfe9f6', 8),
      line('M126 364 L126 466', SHINE, 6, 0.4),
      line('M110 478 L498 478', dark, 3, 0.3),
    ].join(''),
  ),
  car: standing(({ dark, deep, light, accent, pale }) =>
    [
      area(
        [
          'M70 420 Q60 330 130 316 L180 312 Q220 210 300 206 L360 206',
          'Q430 214 456 312 Q530 324 534 380 L530 430 L76 430 Z',
        ].join(' '),
        tall,
      ),
      area('M208 310 Q236 238 296 236 L296 310 Z M316 236 L354 236 Q404 242 424 310 L316 310 Z', '#dff0f5'),
      line('M80 380 L526 380', accent, 12),
      ...[176, 426].map(x => disc(x, 424, 56, '#33363c') + disc(x, 424, 28, pale) + disc(x, 424, 10, dark)),
      disc(512, 352, 15, '#ffe7a3'),
      rect([296, 330, 40, 10], 5, deep),
      line('M134 330 Q170 324 200 324', light, 7, 0.6),
    ].join(''),
  ),
  bear: standing(({ dark, deep, light, accent }) =>
    [
      mirrored(disc(214, 110, 48, dark) + disc(214, 112, 26, light)),
      mirrored(oval(184, 330, 46, 84, dark)),
      oval(300, 360, 128, 122, body),
      oval(300, 374, 76, 82, light),
      mirrored(oval(212, 448, 62, 34, dark) + oval(206, 450, 30, 20, light)),
      disc(300, 184, 118, tall),
      oval(300, 222, 52, 40, light),
      oval(300, 202, 20, 14, deep),
      line('M300 216 L300 232 Q282 248 268 238 M300 232 Q318 248 332 238', deep, 6),
      mirrored(disc(254, 164, 12, '#2b2b2f') + disc(250, 160, 4, SHINE)),
      area('M300 292 L246 268 L246 324 Z M300 292 L354 268 L354 324 Z', accent),
      disc(300, 294, 14, accent),
    ].join(''),
  ),
  puzzle: flat(({ main, light, dark, accent }) => {
    const piece =
      'M0 0 h56 a26 26 0 1 1 48 0 h56 v56 a26 26 0 1 1 0 48 v56 h-56 a26 26 0 1 0 -48 0 h-56 v-56 a26 26 0 1 0 0 -48 Z';
    const at = (x: number, y: number, fill: string, degrees = 0) =>
      `<g transform="translate(${x} ${y}) rotate(${degrees} 80 80)">${area(piece, fill)}${line(piece, dark, 4)}</g>`;
    return [at(130, 150, main), at(290, 150, light), at(130, 310, accent), at(316, 336, main, 14)].join('');
  }),
  box: standing(({ dark, deep, light, accent, pale, style }) =>
    [
      area('M90 200 L300 150 L510 200 L300 254 Z', light),
      area('M90 200 L300 254 L300 480 L90 420 Z', body),
      area('M510 200 L300 254 L300 480 L510 420 Z', shade),
      style === 0
        ? area('M120 250 L270 290 L270 400 L120 356 Z', LABEL) + line('M144 300 L246 328 M144 330 L220 350', accent, 9)
        : '',
      style === 1 ? disc(196, 330, 52, accent) + disc(196, 330, 26, pale) : '',
      style === 2
        ? area('M196 270 L214 314 L258 326 L222 350 L228 396 L196 372 L160 384 L172 340 L140 308 L182 308 Z', accent)
        : '',
      line('M90 200 L300 254 L510 200 M300 254 L300 480', deep, 4, 0.4),
      area('M330 290 L480 252 L480 290 L330 330 Z', dark, 0.5),
    ].join(''),
  ),
  kite: flat(({ main, light, dark, accent }) =>
    [
      line('M300 420 Q250 480 310 520 T260 590', '#8a8375', 5),
      area('M300 60 L450 220 L300 420 L150 220 Z', main),
      area('M300 60 L450 220 L300 220 Z', light),
      area('M300 420 L150 220 L300 220 Z', accent),
      line('M300 60 L300 420 M150 220 L450 220', dark, 6),
      ...[
        [276, 470],
        [310, 522],
        [268, 566],
      ].map(([x, y]) => area(`M${x} ${y} l-26 -14 l0 28 Z M${x} ${y} l26 -14 l0 28 Z`, accent)),
    ].join(''),
  ),
  train: standing(({ dark, deep, light, accent }) =>
    [
      rect([90, 180, 180, 220], 16, tall),
      rect([120, 214, 110, 84], 8, '#e8f2f4'),
      rect([70, 156, 220, 32], 12, accent),
      rect([250, 262, 230, 138], 40, body),
      rect([400, 176, 54, 96], 8, dark),
      rect([388, 164, 78, 24], 8, deep),
      area('M480 400 L540 440 L480 440 Z', accent),
      rect([84, 390, 410, 30], 8, deep),
      ...[150, 270, 390].map(x => disc(x, 432, 48, PLAY[3]!) + disc(x, 432, 18, '#f3e3b7')),
      line('M280 290 L450 290', light, 8, 0.6),
      disc(470, 330, 18, '#ffe7a3'),
    ].join(''),
  ),
} satisfies Record<string, Drawing>;
