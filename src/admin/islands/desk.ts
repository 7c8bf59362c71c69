// What every page of a desk gets in a browser with JavaScript; without it everything works too.
import { addsRows } from './add-rows.ts';
import { foldsMenu } from './fold-menu.ts';
import { looksAgain } from './look-again.ts';
import { uploadsImport } from './upload-import.ts';
import { uploadsPictures } from './upload-pictures.ts';
import { watchesImport } from './watch-import.ts';

foldsMenu();
looksAgain();
addsRows();
uploadsPictures();
uploadsImport();
watchesImport();
