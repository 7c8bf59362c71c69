/** The menu is open without JavaScript; a phone with it begins with the page instead. */
export function foldsMenu(): void {
  const menu = document.querySelector<HTMLDetailsElement>('[data-island="desk-menu"]');
  if (menu !== null && matchMedia('(width < 60rem)').matches) menu.open = false;
}
