-- Takes the right to publish from an open write, then lays its keys into a grave.
-- KEYS: 1 open writes, 2 graves, 3 a grave; ARGV: 1 name, 2 the entry as it was seen.
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then
    return 0
end
redis.call('SCARD', KEYS[2])
redis.call('LLEN', KEYS[3])
local first, count = string.match(ARGV[2], '^(%d+) (%d+) ')
first, count = tonumber(first), tonumber(count)
redis.call('HDEL', KEYS[1], ARGV[1])
for from = 0, count - 1, 4000 do
    local keys = {}
    for i = from, math.min(from + 3999, count - 1) do
        keys[#keys + 1] = string.format('%.0f', first + i)
    end
    redis.call('RPUSH', KEYS[3], unpack(keys))
end
redis.call('SADD', KEYS[2], KEYS[3])
return 1
