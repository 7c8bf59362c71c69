-- Stands before the scripts that need it: gives back the units of holds whose time is over.
--
-- Guarantees: each hold gives its units back once, as it is forgotten in the same step. At most 100 a call, so that no
-- call is long; the next one goes on. What is given back too early (the ledger still holds it) only lets a buyer
-- through whom the ledger then refuses.
--
-- One product's keys, all in its slot:
--   KEYS[1] hash: left = units that may be promised, on_way = units between gate and ledger, changes = a count of them
--   KEYS[2] hash: id -> units, on the way: the ledger has not answered yet
--   KEYS[3] hash: id -> units, held: the ledger has said yes
--   KEYS[4] sorted set: id -> the millisecond at which it is forgotten
local function now_ms()
  local time = redis.call('time')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function give_back_overdue()
  local overdue = redis.call('zrangebyscore', KEYS[4], '-inf', now_ms(), 'limit', 0, 100)
  for _, id in ipairs(overdue) do
    local on_way = redis.call('hget', KEYS[2], id)
    local units = on_way or redis.call('hget', KEYS[3], id) or 0
    redis.call('hdel', KEYS[2], id)
    redis.call('hdel', KEYS[3], id)
    redis.call('zrem', KEYS[4], id)
    redis.call('hincrby', KEYS[1], 'left', units)
    redis.call('hincrby', KEYS[1], 'on_way', on_way and -on_way or 0)
    redis.call('hincrby', KEYS[1], 'changes', 1)
  end
end

