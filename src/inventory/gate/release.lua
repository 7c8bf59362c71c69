-- Reservations are over, or were refused by the ledger: they are forgotten, and their units may be promised again.
--
-- Guarantees: units come back once an id. Sold units do not come back: they have left the stock. Where the ledger has
-- refused and told what it has, no more than that is left afterwards, so that one refusal shuts a gate that was open
-- too wide.
--
-- ARGV: of each reservation its id, 'back' or 'sold', and the ledger's own figure where it told one, else ''.
-- Answers {} for a product that is not counted; else for each reservation 1 where it was known, 0 where not.
local left = redis.call('hget', KEYS[1], 'left')
if not left then return {} end
left = tonumber(left)
local answers = {}
local come = 0
for i = 1, #ARGV, 3 do
  local id, goes, available = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local on_way = redis.call('hget', KEYS[2], id)
  local units = on_way or redis.call('hget', KEYS[3], id)
  if units then
    redis.call('hdel', KEYS[2], id)
    redis.call('hdel', KEYS[3], id)
    redis.call('zrem', KEYS[4], id)
    if on_way then come = come + on_way end
    if goes == 'back' then left = left + units end
  end
  if available then left = math.min(left, available) end
  answers[#answers + 1] = units and 1 or 0
end
redis.call('hset', KEYS[1], 'left', left)
redis.call('hincrby', KEYS[1], 'on_way', 0 - come)
redis.call('hincrby', KEYS[1], 'changes', 1)
return answers
