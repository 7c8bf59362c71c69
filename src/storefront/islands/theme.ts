// Of every page, in its head: runs before anything is drawn, so that a page in the chosen colours never flashes in others.
import { readTheme, switchesTheme } from './switch-theme.ts';

const theme = readTheme();
if (theme !== 'auto') document.documentElement.dataset.theme = theme;
document.addEventListener('DOMContentLoaded', switchesTheme);
