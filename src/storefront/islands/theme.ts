// In the head of every page: runs before anything is drawn, so that a page never flashes in other colours.
import { readTheme, switchesTheme } from './switch-theme.ts';

const theme = readTheme();
if (theme !== 'auto') document.documentElement.dataset.theme = theme;
document.addEventListener('DOMContentLoaded', switchesTheme);
