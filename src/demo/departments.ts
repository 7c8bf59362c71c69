import { beauty } from './departments/beauty.ts';
import { books } from './departments/books.ts';
import { clothing } from './departments/clothing.ts';
import { electronics } from './departments/electronics.ts';
import { garden } from './departments/garden.ts';
import { home } from './departments/home.ts';
import { kitchen } from './departments/kitchen.ts';
import { office } from './departments/office.ts';
import { outdoor } from './departments/outdoor.ts';
import { pets } from './departments/pets.ts';
import { tools } from './departments/tools.ts';
import { toys } from './departments/toys.ts';
import type { Department } from './product-type.ts';

export const departments: readonly Department[] = [
  kitchen,
  home,
  electronics,
  outdoor,
  clothing,
  beauty,
  toys,
  books,
  garden,
  pets,
  office,
  tools,
];
