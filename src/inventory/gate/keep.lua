-- The ledger has said yes: what was on the way is held until its time is over.
--
-- Guarantees: units that are left do not change. Of an id that the gate does not know nothing is kept, and a repeat only
-- moves the end.
--
-- ARGV: id, the millisecond at which it is given back. Answers 1 where the id was known, else 0.
local id, ends_ms = ARGV[1], ARGV[2]
local units = redis.call('hget', KEYS[2], id)
if not units then
  if redis.call('hexists', KEYS[3], id) == 0 then return 0 end
  redis.call('zadd', KEYS[4], ends_ms, id)
  return 1
end
redis.call('hdel', KEYS[2], id)
redis.call('hset', KEYS[3], id, units)
redis.call('zadd', KEYS[4], ends_ms, id)
redis.call('hincrby', KEYS[1], 'on_way', -units)
redis.call('hincrby', KEYS[1], 'changes', 1)
return 1
