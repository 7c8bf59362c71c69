const DAY_MS = 24 * 3_600_000;

/** The days between which an order of `at` arrives: working days (Monday to Friday, UTC) from the day after it. */
export function arrivalWindow(at: number, days: { days_min: number; days_max: number }): { from: Date; to: Date } {
  return { from: workingDayAfter(at, days.days_min), to: workingDayAfter(at, days.days_max) };
}

function workingDayAfter(at: number, days: number): Date {
  const day = new Date(Math.floor(at / DAY_MS) * DAY_MS);
  for (let left = days; left > 0; ) {
    day.setTime(day.getTime() + DAY_MS);
    if (isWorkingDay(day)) left -= 1;
  }
  return day;
}

function isWorkingDay(day: Date): boolean {
  const weekday = day.getUTCDay();
  return weekday !== 0 && weekday !== 6;
}
