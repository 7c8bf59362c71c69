-- Writes a value if the one that its writer has seen is still there.
--
-- Guarantees: compare and write are one step, so that no writer undoes what came between its look and its write. Who
-- comes too late has changed nothing, and is told what is there now. The new value's time counts from this step.
--
-- KEYS[1] string: JSON, which is never empty
-- ARGV: the text that was seen, empty for none; the new text, empty to delete; milliseconds until its end
-- Answers {1} where it was written, else {0, the text that is there, empty for none}.
local kept = redis.call('get', KEYS[1]) or ''
if kept ~= ARGV[1] then return { 0, kept } end
if ARGV[2] == '' then
  redis.call('del', KEYS[1])
else
  redis.call('set', KEYS[1], ARGV[2], 'px', ARGV[3])
end
return { 1 }
