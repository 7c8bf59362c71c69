// In the head of every page: runs before anything is drawn (where a browser does not know `blocking="render"`, as soon
// as it is there), so that a page does not flash in other colours.
import { readTheme, switchesTheme } from './switch-theme.ts';

const theme = readTheme();
if (theme !== 'auto') document.documentElement.dataset.theme = theme;
if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', switchesTheme);
else switchesTheme();
