// Runs before anything is drawn, so that a page in the chosen colours never flashes in others.
try {
  const theme = localStorage.getItem('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden: the device's colours it is.
}
