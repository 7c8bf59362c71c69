-- Takes units of one product for reservations, one after the other, while so many are left.
--
-- Guarantees: check and take are one step, so of any number of callers no more units are let through than are left. The
-- same id takes once, however often it comes. A product that the gate does not count is never refused. What is taken is
-- given back by itself when nobody says in time what the ledger answered.
--
-- ARGV: milliseconds until that, then id and units of each reservation.
-- Answers {} for a product that is not counted; else {left, on_way} as they are afterwards, and for each reservation
-- 1 = it holds them now, 2 = it did already, 0 = too few are left.
if redis.call('exists', KEYS[1]) == 0 then return {} end
give_back_overdue()
local figures = redis.call('hmget', KEYS[1], 'left', 'on_way')
local left, on_way = tonumber(figures[1]), tonumber(figures[2])
local ends_ms = now_ms() + ARGV[1]
local answers = { 0, 0 }
local taken = 0
for i = 2, #ARGV, 2 do
  local id, units = ARGV[i], tonumber(ARGV[i + 1])
  local answer = 0
  if redis.call('hexists', KEYS[2], id) == 1 or redis.call('hexists', KEYS[3], id) == 1 then
    answer = 2
  elseif units <= left then
    answer = 1
    taken = taken + units
    left = left - units
    redis.call('hset', KEYS[2], id, units)
    redis.call('zadd', KEYS[4], ends_ms, id)
  end
  answers[#answers + 1] = answer
end
if taken > 0 then
  on_way = on_way + taken
  redis.call('hset', KEYS[1], 'left', left, 'on_way', on_way)
  redis.call('hincrby', KEYS[1], 'changes', 1)
end
answers[1], answers[2] = left, on_way
return answers
