-- Reads one whole row; beside read.lua, because that costs the server a third more. KEYS: 1 list of sort keys;
-- ARGV: 1 prefix of row keys, 2 position, which may be negative.
-- Answers fields and values, packed; '' if the row is reserved; the size if there is no such row.
local sortKey = redis.call('LINDEX', KEYS[1], ARGV[2])
if not sortKey then
    return redis.call('LLEN', KEYS[1])
end
local row = redis.call('HGETALL', ARGV[1] .. sortKey)
if #row > 0 then
    return cmsgpack.pack(row)
end
redis.call('EXISTS', KEYS[1], ARGV[1] .. sortKey) -- fails where a slot is being moved to and the row is not there yet
return ''
