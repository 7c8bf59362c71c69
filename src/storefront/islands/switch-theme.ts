const themes = ['auto', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

/** What was chosen in this browser; storage may be forbidden: then the device's colours it is. */
export function readTheme(): Theme {
  try {
    const kept = localStorage.getItem('theme');
    return themes.find(theme => theme === kept) ?? 'auto';
  } catch {
    return 'auto';
  }
}

/** Light, dark, or as the device has it; remembered in this browser. */
export function switchesTheme(): void {
  const choices = document.querySelector<HTMLFieldSetElement>('[data-island="theme"]');
  if (choices === null) return;
  const root = document.documentElement;
  const current = readTheme();
  for (const input of choices.querySelectorAll<HTMLInputElement>('input')) input.checked = input.value === current;
  choices.hidden = false;
  choices.addEventListener('change', event => {
    const { value } = event.target as HTMLInputElement;
    if (value === 'auto') delete root.dataset.theme;
    else root.dataset.theme = value;
    try {
      localStorage.setItem('theme', value);
    } catch {
      // Not remembered, but applied.
    }
  });
}
