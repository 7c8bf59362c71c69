/** A button in every password field that shows what was typed, and hides it again before it is sent. */
export function showsPasswords(): void {
  for (const place of document.querySelectorAll<HTMLElement>('[data-island="show-password"]')) {
    const input = place.querySelector('input');
    const { show = '', hide = '' } = place.dataset;
    if (input === null) continue;
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'button-plain';
    button.setAttribute('aria-controls', input.id);
    const turn = (isShown: boolean) => {
      input.type = isShown ? 'text' : 'password';
      button.textContent = isShown ? hide : show;
    };
    button.addEventListener('click', () => turn(input.type === 'password'));
    // Browsers remember what is sent from a field of text.
    input.form?.addEventListener('submit', () => turn(false));
    turn(false);
    place.append(button);
  }
}
