/** How long the goods are still held, second by second; said aloud at five minutes, at one, and when it is over. */
export function countsDown(): void {
  const hold = document.querySelector<HTMLElement>('[data-island="hold"]');
  if (hold === null) return;
  const find = (name: string) => hold.querySelector<HTMLElement>(`[data-hold="${name}"]`)!;
  const { until, held, at5, at1, over } = hold.dataset;
  let said = '';
  const say = (text: string) => {
    if (said !== text) find('said').textContent = text;
    said = text;
  };
  const end = Date.parse(until!);
  const tick = () => {
    const seconds = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    if (seconds === 0) {
      clearInterval(timer);
      find('text').textContent = over!;
      find('again').hidden = false;
      hold.dataset.ended = '';
      return say(over!);
    }
    find('text').textContent = held!.replace(
      '{left}',
      `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`,
    );
    if (seconds <= 60) say(at1!);
    else if (seconds <= 300 && seconds > 240) say(at5!);
  };
  const timer = setInterval(tick, 1000);
  tick();
}
