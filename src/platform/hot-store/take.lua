-- Takes units from a rate limit (GCRA), all that are asked for or none.
--
-- Guarantees: look and take are one step, so of any number of callers, of any number of processes, no more get through
-- than the burst and what came back since. Who is refused has taken nothing. The key ends by itself when the whole burst
-- is back, as it says nothing from then on.
--
-- The time is Redis' own: processes whose clocks differ by a second would else refuse each other's callers for a second.
--
-- KEYS[1] string: the millisecond, with its fraction, at which the whole burst is back
-- ARGV: units a second, burst, units to take
-- Answers {1 = taken or 0, milliseconds after which it would be, whole units that are left}.
local time = redis.call('time')
local now_ms = time[1] * 1000 + time[2] / 1000
local unit_ms = 1000 / ARGV[1]
local burst_ms = ARGV[2] * unit_ms
local full_at_ms = math.max(tonumber(redis.call('get', KEYS[1]) or now_ms), now_ms)
local next_ms = full_at_ms + ARGV[3] * unit_ms
local wait_ms = math.max(0, next_ms - burst_ms - now_ms)
-- A ten-thousandth of a unit: sums of fractions must not cost a caller the last unit.
local is_taken = wait_ms < unit_ms / 10000
if is_taken then
  full_at_ms = next_ms
  wait_ms = 0
  local left_ms = math.ceil(next_ms - now_ms)
  -- A plain number would be written with 14 digits, and lose its fraction and more.
  if left_ms > 0 then
    redis.call('set', KEYS[1], string.format('%.3f', next_ms), 'px', string.format('%d', left_ms))
  end
end
local left = math.max(0, math.floor((burst_ms - (full_at_ms - now_ms)) / unit_ms + 0.0001))
return { is_taken and 1 or 0, math.ceil(wait_ms), left }
