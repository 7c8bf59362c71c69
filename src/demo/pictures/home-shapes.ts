import { area, type Drawing, disc, fills, flat, line, mirrored, oval, rect, standing, turned } from './paint.ts';

const { body, tall, shade, metal, wood } = fills;
const SHINE = '#ffffff';

export const homeShapes = {
  lamp: standing(({ pale, dark, deep }) =>
    [
      area('M150 300 L450 300 L560 478 L40 478 Z', '#fff3c9', 0.35),
      oval(300, 474, 96, 20, deep),
      oval(300, 466, 96, 20, dark),
      rect([291, 280, 18, 186], 6, metal),
      disc(300, 392, 26, metal),
      area('M222 108 L378 108 L456 300 Q300 330 144 300 Z', body),
      area('M144 300 Q300 330 456 300 Q300 276 144 300 Z', '#fff0bd'),
      area('M240 122 L254 122 L206 290 L184 288 Z', pale, 0.5),
    ].join(''),
  ),
  cushion: flat(({ dark, light, deep, accent, style }) =>
    [
      area('M120 130 Q300 92 480 130 Q512 300 480 470 Q300 508 120 470 Q88 300 120 130 Z', tall),
      style === 1
        ? [180, 240, 300, 360, 420].map(x => line(`M${x} 128 Q${x + 6} 300 ${x} 474`, light, 12, 0.5)).join('')
        : '',
      style === 2 ? mirrored(line('M300 200 L210 300 L300 400 M300 250 L255 300 L300 350', accent, 10, 0.85)) : '',
      line('M120 130 Q300 92 480 130 Q512 300 480 470 Q300 508 120 470 Q88 300 120 130 Z', dark, 7),
      line('M134 144 Q190 190 200 250', deep, 4, 0.3),
      line('M466 456 Q410 410 400 350', deep, 4, 0.3),
    ].join(''),
  ),
  throw: flat(({ light, dark, main, accent, style }) =>
    [
      area('M110 190 Q300 150 490 190 L490 450 Q300 486 110 450 Z', tall),
      area('M110 190 Q300 150 490 190 L490 262 Q300 300 110 262 Z', light),
      area('M110 262 Q300 300 490 262 L490 282 Q300 320 110 282 Z', dark, 0.5),
      line('M112 336 Q300 374 488 336', style === 0 ? dark : accent, 14, 0.55),
      line('M112 382 Q300 420 488 382', style === 0 ? dark : accent, 8, 0.55),
      ...Array.from({ length: 20 }, (_, i) =>
        line(`M${122 + i * 19} ${454 + 12 * Math.sin(0.165 * i)} l-3 34`, main, 6),
      ),
    ].join(''),
  ),
  vase: standing(({ dark, deep, pale, style }) =>
    [
      line('M296 160 Q276 90 216 64 M300 160 Q312 84 300 40 M304 160 Q332 100 384 84', '#6f7f57', 6),
      ...[
        [216, 62],
        [300, 40],
        [386, 82],
      ].map(([x, y]) => disc(x!, y!, 24, '#ead9c0') + disc(x!, y!, 9, '#c99b52')),
      area(
        [
          'M256 156 L344 156 Q338 220 396 280 Q450 350 388 440 Q366 480 340 480',
          'L260 480 Q234 480 212 440 Q150 350 204 280 Q262 220 256 156 Z',
        ].join(' '),
        body,
      ),
      oval(300, 157, 44, 10, deep),
      style === 1 ? line('M184 336 Q300 366 416 336 M184 364 Q300 394 416 364', dark, 6, 0.7) : '',
      area('M216 300 Q182 350 226 430 L244 424 Q206 360 236 296 Z', pale, 0.5),
    ].join(''),
  ),
  candle: standing(({ pale, dark, deep }) =>
    [
      disc(300, 142, 80, '#fff1bf', 0.5),
      area('M300 92 Q334 142 300 172 Q266 142 300 92 Z', '#f6b94a'),
      area('M300 120 Q316 148 300 168 Q284 148 300 120 Z', '#fff3cf'),
      line('M300 170 L300 206', '#4b3b30', 6),
      rect([176, 216, 248, 264], 26, body),
      oval(300, 222, 120, 22, '#f8efdd'),
      oval(300, 222, 60, 10, '#fdf7ea'),
      rect([222, 310, 156, 100], 8, '#fbf8f1'),
      line('M250 344 L350 344', deep, 7),
      line('M266 374 L334 374', dark, 5, 0.7),
      area('M194 250 L208 250 L208 456 L194 450 Z', pale, 0.6),
    ].join(''),
  ),
  clock: flat(({ dark, main, deep, accent, style }) =>
    [
      disc(300, 300, 200, dark),
      disc(300, 296, 196, main),
      disc(300, 298, 168, '#fbf8f2'),
      ...Array.from({ length: 12 }, (_, i) => {
        const [x, y] = [Math.sin((i * Math.PI) / 6), -Math.cos((i * Math.PI) / 6)];
        const from = style === 1 || i % 3 === 0 ? 132 : 144;
        return line(
          `M${300 + from * x} ${298 + from * y} L${300 + 152 * x} ${298 + 152 * y}`,
          deep,
          i % 3 === 0 ? 9 : 5,
        );
      }),
      line('M300 298 L236 240', '#2d3036', 11),
      line('M300 298 L392 236', '#2d3036', 8),
      line('M300 330 L300 190', accent, 4),
      disc(300, 298, 12, '#2d3036'),
    ].join(''),
  ),
  frame: flat(({ dark, light, accent, pale, style }) =>
    [
      rect([120, 80, 360, 440], 8, body),
      rect([132, 92, 336, 416], 4, dark),
      rect([142, 102, 316, 396], 2, '#fbfaf6'),
      rect([186, 150, 228, 300], 0, pale),
      style === 2 ? disc(300, 300, 82, accent) + area('M186 330 Q300 250 414 330 L414 450 L186 450 Z', dark, 0.7) : '',
      style === 1
        ? line('M232 420 Q250 260 300 190 M300 420 Q300 300 350 230 M270 340 Q220 310 214 270', '#5d7f57', 9)
        : '',
      style === 0
        ? disc(350, 220, 34, '#f2c66b') +
          area('M186 400 L270 290 L330 370 L372 320 L414 380 L414 450 L186 450 Z', accent)
        : '',
      line('M124 86 L476 86', light, 5, 0.7),
    ].join(''),
  ),
  chair: standing(({ dark, deep, light, style }) =>
    [
      mirrored(line('M214 350 L178 476', '#9c7144', 16)),
      mirrored(line('M246 350 L238 440', '#7f5a34', 12)),
      style === 1
        ? area('M196 92 Q300 62 404 92 L416 330 L184 330 Z', tall)
        : area('M210 84 Q300 60 390 84 Q424 190 404 326 L196 326 Q176 190 210 84 Z', tall),
      area('M222 104 Q300 84 378 104 Q404 196 392 300 L208 300 Q196 196 222 104 Z', light, 0.35),
      area('M160 318 Q300 292 440 318 Q456 346 440 372 Q300 392 160 372 Q144 346 160 318 Z', body),
      area('M160 358 Q300 380 440 358 L440 372 Q300 392 160 372 Z', deep, 0.5),
      line('M222 320 Q300 306 378 320', dark, 4, 0.5),
    ].join(''),
  ),
  rug: flat(({ main, dark, light, pale, accent, style }) =>
    turned(
      [
        ...Array.from({ length: 22 }, (_, i) => line(`M${100 + i * 19} 112 l0 376`, pale, 5)),
        rect([92, 128, 416, 344], 6, main),
        rect([116, 152, 368, 296], 4, dark),
        rect([126, 162, 348, 276], 3, main),
        style === 0 ? mirrored(line('M300 190 L180 300 L300 410 M300 232 L226 300 L300 368', light, 12)) : '',
        style === 1
          ? [200, 250, 300, 350, 400].map(y => line(`M144 ${y} L456 ${y}`, y === 300 ? accent : light, 14)).join('')
          : '',
        style === 2
          ? `${oval(300, 300, 120, 84, light)}${oval(300, 300, 84, 56, accent)}${oval(300, 300, 46, 30, pale)}`
          : '',
      ].join(''),
      -8,
    ),
  ),
  shelf: standing(({ dark, deep, accent, pale }) =>
    [
      rect([120, 90, 26, 390], 4, body),
      rect([454, 90, 26, 390], 4, body),
      ...[90, 220, 350, 456].map(y => rect([120, y, 360, 22], 3, tall)),
      ...[112, 242].map(y => line(`M150 ${y + 4} L450 ${y + 4}`, deep, 8, 0.25)),
      ...[166, 190, 212, 240].map((x, i) =>
        rect([x, 142 - (i % 2) * 14, 20, 78 + (i % 2) * 14], 2, [accent, pale, dark, '#d7c3a2'][i]!),
      ),
      disc(390, 192, 28, '#e9ded0'),
      rect([180, 290, 70, 60], 8, '#d9b98c'),
      area('M380 350 Q340 280 366 262 Q384 280 386 312 Q392 270 420 262 Q432 300 396 350 Z', fills.leaf),
      rect([360, 330, 58, 22], 4, '#e8e1d6'),
      ...[330, 352, 374].map((x, i) => rect([x, 400 + i * 6, 18, 56 - i * 6], 2, [dark, accent, pale][i]!)),
    ].join(''),
  ),
  planter: standing(({ dark, deep, pale, style }) =>
    [
      line('M300 320 Q290 220 240 170 M300 320 Q310 210 300 120 M302 320 Q320 220 372 176', '#44734b', 8),
      area(
        [
          'M240 176 Q170 170 150 100 Q230 92 248 170 Z M300 130 Q252 76 300 18 Q348 76 300 130 Z',
          'M366 180 Q372 96 456 104 Q438 180 366 180 Z',
          'M270 250 Q190 262 160 214 Q236 180 276 240 Z M330 252 Q360 186 446 218 Q410 270 330 252 Z',
        ].join(' '),
        fills.leaf,
      ),
      area('M190 310 L410 310 L386 460 Q382 480 356 480 L244 480 Q218 480 214 460 Z', body),
      rect([178, 296, 244, 36], 12, style === 1 ? shade : tall),
      style === 2 ? line('M204 390 L396 390', pale, 12, 0.7) : '',
      area('M214 344 L230 344 L246 456 L234 456 Z', SHINE, 0.3),
      oval(300, 297, 112, 8, deep),
      line('M196 330 L404 330', dark, 4, 0.5),
    ].join(''),
  ),
  hamper: standing(({ dark, light, deep }) =>
    [
      line('M196 262 C170 180 120 220 170 290 M404 262 C430 180 480 220 430 290', deep, 16),
      area('M150 250 L450 250 L418 456 Q414 480 388 480 L212 480 Q186 480 182 456 Z', body),
      ...[296, 340, 384, 428].map((y, i) =>
        line(`M${158 + i * 7} ${y} L${442 - i * 7} ${y}`, i % 2 ? light : dark, 9, 0.55),
      ),
      ...[200, 233, 266, 300, 334, 367, 400].map(x => line(`M${x} 262 L${300 + (x - 300) * 0.8} 474`, deep, 4, 0.35)),
      oval(300, 250, 150, 24, deep),
      oval(300, 255, 134, 17, wood),
    ].join(''),
  ),
} satisfies Record<string, Drawing>;
