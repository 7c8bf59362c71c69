-- Brings a product's count to what the ledger said after `view`, and begins to count one that was not counted.
--
-- Guarantees: where nothing has changed since the view, the count is exact: the ledger's units less those on the way to
-- it that it had not seen. Where something has, the count is only raised, to what is left when all that is on the way
-- is taken: a hold in flight is never undone, and units that came back are never shut out.
--
-- ARGV: `changes` of the view ('' where it was not counted), available in the ledger, units on the way that it had seen.
-- Answers by how many units the count was wrong, and 1 where it is exact now, 0 where it was only raised.
local left = redis.call('hget', KEYS[1], 'left')
local available, seen = tonumber(ARGV[2]), tonumber(ARGV[3])
if not left then
  redis.call('del', KEYS[2], KEYS[3], KEYS[4])
  redis.call('hset', KEYS[1], 'left', available, 'on_way', 0, 'changes', 0)
  return { 0, 1 }
end
left = tonumber(left)
local on_way = tonumber(redis.call('hget', KEYS[1], 'on_way'))
local should = available - on_way + seen
local is_exact = redis.call('hget', KEYS[1], 'changes') == ARGV[1]
if not is_exact then should = math.max(left, available - on_way) end
if should ~= left then
  redis.call('hset', KEYS[1], 'left', should)
  redis.call('hincrby', KEYS[1], 'changes', 1)
end
return { should - left, is_exact and 1 or 0 }
