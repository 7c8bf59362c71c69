// What every page of the shop gets in a browser with JavaScript; without it everything works too.
import { hidesMissingPictures } from './missing-pictures.ts';
import { showsMe } from './show-me.ts';
import { switchesTheme } from './switch-theme.ts';
import { tellsOffline } from './tell-offline.ts';

hidesMissingPictures();
switchesTheme();
tellsOffline();
showsMe();
