-- What the gate counts of a product, before the ledger is asked for the truth.
--
-- Guarantees: all figures are of one moment, and `changes` tells `correct` whether that moment has passed.
--
-- ARGV: how many ids to list at most. Answers {} for a product that is not counted, else {left, on_way, changes, ids on
-- the way}; where there are more of them than may be listed, `changes` is -1, which no later figure equals.
local left = redis.call('hget', KEYS[1], 'left')
if not left then return {} end
give_back_overdue()
local ids = {}
local changes = -1
if redis.call('hlen', KEYS[2]) <= tonumber(ARGV[1]) then
  ids = redis.call('hkeys', KEYS[2])
  changes = tonumber(redis.call('hget', KEYS[1], 'changes'))
end
local figures = redis.call('hmget', KEYS[1], 'left', 'on_way')
return { tonumber(figures[1]), tonumber(figures[2]), changes, ids }
