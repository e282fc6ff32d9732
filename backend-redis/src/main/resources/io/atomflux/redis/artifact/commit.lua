-- Makes changes if conditions hold. KEYS: 2 sorted set of keys, 3 hash of values; ARGV: 3 number of conditions, then for
-- each its key, '1' or '0', and the value that must stand there if '1'; then the changes alike.
-- Answers '1' if they held, else '0'.
redis.call('ZCARD', KEYS[2])
redis.call('HLEN', KEYS[3])
local at = 4
for i = 1, tonumber(ARGV[3]) do
    local wanted = ARGV[at + 1] == '1' and ARGV[at + 2]
    if redis.call('HGET', KEYS[3], ARGV[at]) ~= wanted then
        return remember('0')
    end
    at = at + 3
end

local more = 0
for i = at, #ARGV, 3 do
    more = more + (ARGV[i + 1] == '1' and #ARGV[i] + #ARGV[i + 2] or 0) - redis.call('HSTRLEN', KEYS[3], ARGV[i])
end
if more > 0 then
    takeRoom()
else
    giveRoom()
end
for i = at, #ARGV, 3 do
    if ARGV[i + 1] == '1' then
        if redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 2]) == 1 then
            redis.call('ZADD', KEYS[2], 0, ARGV[i])
        end
    elseif redis.call('HDEL', KEYS[3], ARGV[i]) == 1 then
        redis.call('ZREM', KEYS[2], ARGV[i])
    end
end
return remember('1')
