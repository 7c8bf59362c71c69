-- Takes units of one product for a reservation, if so many are left.
--
-- Guarantees: check and take are one step, so of any number of callers no more units are let through than are left. The
-- same id takes once, however often it comes. A product that the gate does not count is never refused. What is taken is
-- given back by itself when nobody says in time what the ledger answered.
--
-- ARGV: id, units, milliseconds until it is given back.
-- Answers {'held'}, {'known'} (it holds already), {'uncounted'} or {'short', left, on_way}.
local left = redis.call('hget', KEYS[1], 'left')
if not left then return { 'uncounted' } end
give_back_overdue()
local id, units = ARGV[1], tonumber(ARGV[2])
if redis.call('hexists', KEYS[2], id) == 1 or redis.call('hexists', KEYS[3], id) == 1 then return { 'known' } end
left = tonumber(redis.call('hget', KEYS[1], 'left'))
if left < units then return { 'short', left, tonumber(redis.call('hget', KEYS[1], 'on_way')) } end
redis.call('hset', KEYS[2], id, units)
redis.call('zadd', KEYS[4], now_ms() + ARGV[3], id)
redis.call('hincrby', KEYS[1], 'left', -units)
redis.call('hincrby', KEYS[1], 'on_way', units)
redis.call('hincrby', KEYS[1], 'changes', 1)
return { 'held' }
