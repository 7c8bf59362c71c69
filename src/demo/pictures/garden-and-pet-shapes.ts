import { area, type Drawing, disc, fills, flat, line, mirrored, oval, rect, ring, standing, turned } from './paint.ts';

const { body, tall, shade, metal, wood, leaf } = fills;
const SHINE = '#ffffff';

const LONG_LEAF =
  area('M300 330 Q244 200 300 80 Q356 200 300 330 Z', leaf) + line('M300 320 L300 110', '#2f5d3d', 4, 0.5);

export const gardenShapes = {
  plant: standing(({ deep, light, dark, style }) =>
    [
      style === 0
        ? [0, 34, -34, 68, -68].map(angle => `<g transform="rotate(${angle} 300 330)">${LONG_LEAF}</g>`).join('')
        : '',
      style === 1
        ? mirrored(line('M300 320 Q260 220 180 190', '#44734b', 7)) +
          mirrored(disc(170, 176, 50, leaf) + disc(250, 130, 54, leaf)) +
          disc(300, 220, 62, leaf) +
          disc(210, 246, 44, leaf) +
          disc(390, 246, 44, leaf)
        : '',
      style === 2
        ? rect([252, 120, 96, 220], 48, leaf) +
          rect([170, 200, 56, 96], 28, leaf) +
          rect([374, 176, 56, 110], 28, leaf) +
          line('M226 270 L262 290 M374 260 L340 286', '#4f8a58', 26) +
          [150, 190, 230, 270].map(y => line(`M280 ${y} l6 8 M316 ${y + 12} l6 8`, '#dfeeda', 4)).join('') +
          disc(300, 116, 18, '#e39aa8')
        : '',
      area('M196 330 L404 330 L378 456 Q374 480 348 480 L252 480 Q226 480 222 456 Z', body),
      rect([184, 312, 232, 38], 12, tall),
      area('M218 362 L232 362 L248 460 L236 460 Z', light, 0.5),
      line('M206 350 L394 350', deep, 4, 0.4),
      oval(300, 316, 100, 7, dark),
    ].join(''),
  ),
  can: standing(({ dark, deep, light }) =>
    [
      line('M330 210 C480 150 500 330 430 400', deep, 20),
      area('M196 380 L84 236 L104 220 L220 320 Z', dark),
      area('M58 234 L112 184 L126 204 L78 256 Z', body),
      ...[
        [50, 266],
        [64, 290],
        [40, 300],
        [56, 322],
      ].map(([x, y]) => area(`M${x} ${y} q-7 14 0 18 q7 -4 0 -18 Z`, '#8fc1dc')),
      area('M190 240 L430 240 L446 450 Q446 480 416 480 L206 480 Q176 480 178 450 Z', body),
      oval(310, 240, 120, 24, deep),
      area('M240 226 Q310 150 400 214 L392 232 Q310 190 256 238 Z', dark),
      line('M206 280 L200 440', light, 9, 0.6),
    ].join(''),
  ),
  shears: flat(({ main, dark, light }) =>
    turned(
      [
        area('M286 300 Q250 160 300 60 Q330 160 318 300 Z', metal),
        area('M316 300 Q352 180 338 84 Q300 160 288 300 Z', '#9aa2aa'),
        line('M290 310 C250 380 226 440 236 530', dark, 34),
        line('M314 310 C356 380 378 440 366 530', main, 34),
        line('M318 330 C350 390 366 440 358 520', light, 6, 0.6),
        disc(302, 304, 20, '#5f676e') + disc(302, 304, 8, '#dfe3e6'),
      ].join(''),
      28,
    ),
  ),
  trowel: flat(({ light, deep }) =>
    turned(
      [
        area('M244 320 Q240 200 300 60 Q360 200 356 320 Q330 344 300 344 Q270 344 244 320 Z', metal),
        line('M300 100 L300 320', SHINE, 6, 0.6),
        line('M300 340 L300 410', '#8b939b', 18),
        rect([270, 400, 60, 150], 28, body),
        line('M286 424 L286 520', light, 7, 0.6),
        disc(300, 528, 9, deep),
      ].join(''),
      34,
    ),
  ),
  hose: flat(({ main, dark, light, accent }) =>
    [
      ...[178, 146, 114].map(
        (radius, i) => ring(300, 310, radius, i === 1 ? main : dark, 34) + ring(300, 310, radius + 6, light, 5, 0.5),
      ),
      line('M440 200 C500 140 440 90 500 60', main, 34),
      area('M480 30 L530 50 L506 104 L464 84 Z', accent),
      area('M496 6 L546 28 L532 54 L482 32 Z', '#3a3f45'),
    ].join(''),
  ),
  birdhouse: standing(({ dark, deep, accent, light }) =>
    [
      rect([284, 440, 32, 40], 4, wood),
      rect([180, 220, 240, 230], 10, body),
      area('M300 90 L470 250 L440 276 L300 146 L160 276 L130 250 Z', accent),
      area('M300 146 L418 254 L182 254 Z', tall),
      disc(300, 310, 44, deep),
      disc(300, 314, 36, '#2a221c'),
      rect([292, 366, 16, 44], 8, wood),
      ...[270, 320, 370, 420].map(y => line(`M186 ${y} L414 ${y}`, dark, 3, 0.3)),
      line('M196 240 L196 440', light, 6, 0.4),
    ].join(''),
  ),
} satisfies Record<string, Drawing>;

export const petShapes = {
  petbowl: standing(({ dark, deep, pale }) =>
    [
      area('M110 470 L170 330 L430 330 L490 470 Q490 480 470 480 L130 480 Q110 480 110 470 Z', body),
      oval(300, 330, 132, 30, metal),
      oval(300, 336, 114, 22, '#6c4f3a'),
      ...[
        [250, 330],
        [286, 324],
        [322, 330],
        [352, 326],
        [300, 342],
        [266, 342],
        [334, 342],
      ].map(([x, y]) => oval(x!, y!, 15, 9, '#a67c55')),
      disc(300, 424, 26, pale),
      ...[
        [268, 396],
        [290, 382],
        [312, 382],
        [334, 396],
      ].map(([x, y]) => oval(x!, y!, 10, 13, pale)),
      line('M186 350 L138 462', SHINE, 7, 0.4),
      line('M124 474 L476 474', dark, 5, 0.5),
      oval(300, 480, 180, 3, deep),
    ].join(''),
  ),
  leash: flat(({ main, dark, light, accent }) =>
    [
      ring(250, 340, 150, dark, 30),
      ring(270, 324, 128, main, 30),
      `<circle cx="270" cy="324" r="128" fill="none" stroke="${light}" stroke-width="4" stroke-dasharray="14 10"/>`,
      line('M372 246 C430 180 400 130 460 110', main, 28),
      rect([440, 62, 54, 60], 12, metal),
      `<path d="M466 64 q-34 -46 10 -54 q40 6 18 52" fill="none" stroke="#9aa2aa" stroke-width="11"/>`,
      rect([150, 430, 84, 44], 10, accent),
    ].join(''),
  ),
  petbed: standing(({ dark, deep, light, pale }) =>
    [
      area('M70 400 Q70 290 300 290 Q530 290 530 400 Q530 480 470 480 L130 480 Q70 480 70 400 Z', body),
      oval(300, 366, 178, 56, deep),
      oval(300, 376, 166, 50, pale),
      area('M206 366 Q300 328 394 366 Q380 390 300 392 Q220 390 206 366 Z', '#ffffff', 0.4),
      line('M92 400 Q120 330 200 312', light, 10, 0.6),
      line(
        'M140 474 Q150 440 140 412 M240 478 Q246 446 240 430 M360 478 Q354 446 360 430 M460 474 Q450 440 460 412',
        dark,
        5,
        0.4,
      ),
    ].join(''),
  ),
  bone: flat(({ main, dark, light, accent }) =>
    turned(
      [
        ...[140, 460].flatMap(x => [254, 346].map(y => disc(x, y, 58, main))),
        rect([140, 256, 320, 88], 20, main),
        line('M112 236 Q130 212 158 222 M432 236 Q450 212 478 222', light, 9, 0.7),
        line('M190 276 L250 276 M350 276 L410 276', light, 9, 0.7),
        line('M180 334 L420 334', dark, 7, 0.35),
        rect([274, 256, 52, 88], 6, accent),
      ].join(''),
      -26,
    ),
  ),
  scratcher: standing(({ dark, light, accent, deep }) =>
    [
      rect([120, 446, 360, 34], 14, tall),
      rect([236, 150, 128, 300], 8, '#cfae7c'),
      ...Array.from({ length: 19 }, (_, i) => line(`M238 ${160 + i * 15} L362 ${154 + i * 15}`, '#a98453', 4, 0.7)),
      rect([150, 110, 300, 46], 22, body),
      line('M420 150 L420 226', '#8d8577', 4),
      disc(420, 246, 24, accent),
      disc(413, 239, 6, light),
      line('M140 456 L460 456', dark, 4, 0.4),
      oval(300, 480, 160, 3, deep),
    ].join(''),
  ),
  tank: standing(({ dark, deep, accent }) =>
    [
      rect([110, 150, 380, 320], 16, '#e4f2f5'),
      rect([118, 200, 364, 262], 8, '#9fd0de'),
      area('M118 462 L118 420 Q200 390 300 416 T482 404 L482 462 Z', '#d9bf92'),
      line('M170 420 Q150 340 180 270 M196 420 Q216 350 194 300', '#3f7d54', 10),
      area('M280 310 Q330 270 384 310 Q330 350 280 310 Z M284 310 L250 284 L250 336 Z', accent),
      disc(360, 304, 5, '#22262c'),
      ...[
        [420, 260, 9],
        [434, 226, 6],
        [412, 290, 5],
      ].map(([x, y, r]) => disc(x!, y!, r!, '#ffffff', 0.7)),
      rect([100, 128, 400, 34], 10, body),
      rect([100, 454, 400, 26], 8, shade),
      line('M136 220 L136 400', SHINE, 8, 0.6),
      line('M112 164 L488 164', deep, 4, 0.4),
      line('M112 452 L488 452', dark, 3, 0.4),
    ].join(''),
  ),
} satisfies Record<string, Drawing>;
