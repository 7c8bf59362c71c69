-- A reservation is over, or was refused by the ledger: it is forgotten, and its units may be promised again.
--
-- Guarantees: units come back once an id. Sold units do not come back: they have left the stock. Where the ledger has
-- refused and told what it has, no more than that is left afterwards, so that one refusal shuts a gate that was open
-- too wide.
--
-- ARGV: id, 'back' or 'sold', and the ledger's own figure where it told one, else ''.
-- Answers 1 where the id was known, 0 where not, and -1 where the product is not counted.
local left = redis.call('hget', KEYS[1], 'left')
if not left then return -1 end
local id = ARGV[1]
local on_way = redis.call('hget', KEYS[2], id)
local units = on_way or redis.call('hget', KEYS[3], id)
if units then
  redis.call('hdel', KEYS[2], id)
  redis.call('hdel', KEYS[3], id)
  redis.call('zrem', KEYS[4], id)
  if ARGV[2] == 'back' then left = left + units end
  redis.call('hincrby', KEYS[1], 'on_way', on_way and -on_way or 0)
end
if ARGV[3] ~= '' then left = math.min(left, ARGV[3]) end
redis.call('hset', KEYS[1], 'left', left)
redis.call('hincrby', KEYS[1], 'changes', 1)
return units and 1 or 0
