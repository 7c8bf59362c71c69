-- The ledger has said yes: what was on the way is held until its time is over.
--
-- Guarantees: what is left does not change. Of an id that the gate does not know nothing is kept, and a repeat only
-- moves the end.
--
-- ARGV: of each reservation its id and the millisecond at which it is given back.
-- Answers {} for a product that is not counted; else for each reservation 1 where it was known, 0 where not.
if redis.call('exists', KEYS[1]) == 0 then return {} end
local answers = {}
local settled = 0
for i = 1, #ARGV, 2 do
  local id, ends_ms = ARGV[i], ARGV[i + 1]
  local units = redis.call('hget', KEYS[2], id)
  if units then
    redis.call('hdel', KEYS[2], id)
    redis.call('hset', KEYS[3], id, units)
    settled = settled + units
  end
  local is_known = units or redis.call('hexists', KEYS[3], id) == 1
  if is_known then redis.call('zadd', KEYS[4], ends_ms, id) end
  answers[#answers + 1] = is_known and 1 or 0
end
redis.call('hincrby', KEYS[1], 'on_way', 0 - settled)
redis.call('hincrby', KEYS[1], 'changes', 1)
return answers
