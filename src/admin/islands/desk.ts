// What every page of a desk gets in a browser with JavaScript; without it everything works too.
import { foldsMenu } from './fold-menu.ts';
import { looksAgain } from './look-again.ts';

foldsMenu();
looksAgain();
