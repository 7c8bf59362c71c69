import { careShapes, playShapes } from './care-and-play-shapes.ts';
import { clothingShapes } from './clothing-shapes.ts';
import { electronicsShapes } from './electronics-shapes.ts';
import { gardenShapes, petShapes } from './garden-and-pet-shapes.ts';
import { homeShapes } from './home-shapes.ts';
import { kitchenShapes } from './kitchen-shapes.ts';
import { outdoorShapes } from './outdoor-shapes.ts';
import type { Drawing } from './paint.ts';
import { officeShapes, paperShapes } from './paper-and-office-shapes.ts';
import { toolShapes } from './tool-shapes.ts';

export const shapes = {
  ...kitchenShapes,
  ...homeShapes,
  ...electronicsShapes,
  ...outdoorShapes,
  ...clothingShapes,
  ...careShapes,
  ...playShapes,
  ...paperShapes,
  ...officeShapes,
  ...gardenShapes,
  ...petShapes,
  ...toolShapes,
} satisfies Record<string, Drawing>;
export type Shape = keyof typeof shapes;
