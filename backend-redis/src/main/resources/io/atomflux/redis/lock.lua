-- Takes a lock if it is free. KEYS: 2 the lock, 3 counter of tokens; ARGV: 3 who, 4 for how long in ms.
-- Answers the token, or 'held' and by whom.
local held = redis.call('GET', KEYS[2])
if held then
    return remember('held ' .. string.match(held, '^%d* ?(.*)$'))
end
redis.call('GET', KEYS[3])
local token = text(redis.call('INCR', KEYS[3]))
redis.call('SET', KEYS[2], token .. ' ' .. ARGV[3], 'NX', 'PX', ARGV[4])
return remember(token)
