-- Deletes rows whose keys lie in a grave; answers how many are left.
-- KEYS: 1 graves, 2 a grave; ARGV: 1 prefix of row keys, 2 how many.
local keys = redis.call('LRANGE', KEYS[2], 0, tonumber(ARGV[2]) - 1)
redis.call('SCARD', KEYS[1])
for i = 1, #keys do
    keys[i] = ARGV[1] .. keys[i]
    redis.call('EXISTS', keys[i])
end
if #keys > 0 then
    redis.call('UNLINK', unpack(keys))
    redis.call('LTRIM', KEYS[2], #keys, -1)
end
local left = redis.call('LLEN', KEYS[2])
if left == 0 then
    redis.call('SREM', KEYS[1], KEYS[2])
end
return left
